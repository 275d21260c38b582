//! The names most like one that does not exist.

/// How many are kept.
const KEPT: usize = 3;

/// Names are offered one by one, so that a corpus of any size can pass.
pub(super) struct Nearest {
    wanted: String,
    best: Vec<(f64, String)>,
}

impl Nearest {
    /// Looks for names like `wanted`.
    pub fn to(wanted: &str) -> Self {
        Nearest { wanted: wanted.chars().take(64).collect(), best: Vec::new() }
    }

    /// Keeps `name` if it is among the most alike; the first of equals stays.
    pub fn offer(&mut self, name: &str) {
        let likeness = strsim::jaro_winkler(&self.wanted, name);
        let place = self.best.partition_point(|(other, _)| *other >= likeness);
        if place < KEPT {
            self.best.insert(place, (likeness, name.to_owned()));
            self.best.truncate(KEPT);
        }
    }

    /// The names in backticks, the most alike first; `None` if none was offered.
    pub fn listed(&self) -> Option<String> {
        let names: Vec<String> = self.best.iter().map(|(_, name)| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_comes_first() {
        let mut nearest = Nearest::to("reviws");
        assert_eq!(nearest.listed(), None);
        ["news", "review", "reviews", "x", "y"].iter().for_each(|name| nearest.offer(name));
        assert!(nearest.listed().unwrap().starts_with("`reviews`, `review`, "));
    }
}
