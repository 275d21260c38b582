//! Marks the words that a negation reaches (Das & Chen 2001; Pang et al. 2002).

/// What a term does to a negation's reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Is marked when in reach.
    Plain,
    /// Opens the reach: `not`, `never`, `don't`.
    Negator,
    /// Ends it: a punctuation mark.
    ClauseEnd,
}

/// Put before a marked term.
pub const PREFIX: &str = "not_";

const NEGATORS: &[&str] = &[
    "not", "no", "never", "nor", "neither", "cannot", "nothing", "none", "nobody", "without",
    "hardly",
];

/// The role of a lower-cased term.
pub fn role(term: &str) -> Role {
    let is_mark = !term.is_empty() && !term.chars().any(char::is_alphanumeric);
    if is_mark {
        Role::ClauseEnd
    } else if term.ends_with("n't") || NEGATORS.contains(&term) {
        Role::Negator
    } else {
        Role::Plain
    }
}

/// Follows a text from token to token.
#[derive(Debug, Clone)]
pub struct Reach {
    words: u32,
    left: u32,
}

impl Reach {
    /// A negation reaches so many words.
    pub fn new(words: u32) -> Self {
        Reach { words, left: 0 }
    }

    /// Whether a token of this role is marked.
    pub fn mark(&mut self, role: Role) -> bool {
        match role {
            Role::Negator => {
                self.left = self.words;
                false
            }
            Role::ClauseEnd => {
                self.left = 0;
                false
            }
            Role::Plain if self.left > 0 => {
                self.left -= 1;
                true
            }
            Role::Plain => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: u32, text: &str, expected: &[bool]) {
        let mut reach = Reach::new(words);
        let marks: Vec<_> = text.split(' ').map(|term| reach.mark(role(term))).collect();
        assert_eq!(marks, expected);
    }

    #[test]
    fn reaches_to_the_clause_end() {
        check(4, "don't like it . good", &[false, true, true, false, false]);
        check(1, "never a bore", &[false, true, false]);
        check(0, "not good", &[false, false]);
    }
}
