//! What both READMEs say of the command line is what `--help` says.

use std::process::Command;

const README: &str = include_str!("../README.md");
const KOREAN: &str = include_str!("../README.ko.md");

#[test]
fn every_command_of_the_table_exists() {
    let lines: Vec<&str> = README.lines().filter_map(shown).collect();
    assert!(lines.len() > 5, "the table of commands was not found");
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let command = words.iter().take_while(|word| is_command(word)).copied();
        let help = help(&command.collect::<Vec<_>>(), line);
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(has_word(&help, flag), "`{line}`: there is no {flag} in\n{help}");
        }
        for argument in words.iter().filter(|word| is_argument(word)) {
            assert!(help.contains(*argument), "`{line}`: there is no {argument} in\n{help}");
        }
    }
}

/// A subcommand of which the README says nothing is as wrong as the other way round.
#[test]
fn every_command_is_in_the_table() {
    let help = help(&[], "malmoi");
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let commands = commands.expect("the help lists commands").lines();
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|n| *n != "help") {
        let is_shown = |line: &str| line.split_whitespace().next() == Some(name);
        assert!(README.lines().filter_map(shown).any(is_shown), "`malmoi {name}` is not shown");
    }
}

/// Who adds a row to one README is told of the other.
#[test]
fn both_languages_show_the_same_commands() {
    let [english, korean] =
        [README, KOREAN].map(|page| page.lines().filter_map(shown).collect::<Vec<_>>());
    let lacks = |page: &[&str], lines: &[&str]| {
        let lacking = lines.iter().filter(|line| !page.contains(line));
        lacking.map(|line| format!("\n  malmoi {line}")).collect::<String>()
    };
    let (in_korean, in_english) = (lacks(&korean, &english), lacks(&english, &korean));
    assert!(in_korean.is_empty(), "README.ko.md lacks{in_korean}");
    assert!(in_english.is_empty(), "README.md lacks{in_english}");
    assert_eq!(english, korean, "the commands stand in another order");
}

/// ``| `malmoi run [NAME]` | … |`` → `run [NAME]`
fn shown(line: &str) -> Option<&str> {
    line.strip_prefix("| `malmoi ")?.split('`').next()
}

fn is_command(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
}

/// `FOLDER` is an argument, the `KEY=VALUE` of a flag is told by the flag's own help.
fn is_argument(word: &str) -> bool {
    word.trim_matches(['[', ']']).bytes().all(|byte| byte.is_ascii_uppercase())
}

fn has_word(help: &str, word: &str) -> bool {
    help.split([' ', ',', '\n', '=']).any(|found| found == word)
}

fn help(command: &[&str], line: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_malmoi"))
        .args(command)
        .arg("--help")
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "`{line}`: there is no such command");
    String::from_utf8(output.stdout).expect("the program writes UTF-8")
}
