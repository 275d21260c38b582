use proptest::prelude::*;

use super::*;

/// Each word as `surface/tag`, with `!` if it is forced.
fn words(text: &str) -> Vec<String> {
    let dictionary = UserDictionary::parse(text, "words.txt").unwrap();
    let show = |word: &UserWord| {
        format!("{}/{}{}", word.surface, word.tag, if word.force { "!" } else { "" })
    };
    dictionary.words.iter().map(show).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(words(text), expected, "{text:?}");
}

/// Each problem, or each warning if there is none: `line:column message`.
fn complaints(text: &str) -> Vec<String> {
    let show = |error: &Error| {
        let place = error.place().unwrap().replace("words.txt, line ", "");
        format!("{} {error}", place.replace(", column ", ":"))
    };
    match UserDictionary::parse(text, "words.txt") {
        Ok(dictionary) => dictionary.warnings.iter().map(show).collect(),
        Err(error) => std::iter::once(&error).chain(error.also()).map(show).collect(),
    }
}

#[track_caller]
fn warned(text: &str, expected: &[&str]) {
    assert!(UserDictionary::parse(text, "words.txt").is_ok(), "{text:?}");
    assert_eq!(complaints(text), expected, "{text:?}");
}

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    assert!(UserDictionary::parse(text, "words.txt").is_err(), "{text:?}");
    assert_eq!(complaints(text), expected, "{text:?}");
}

#[test]
fn the_last_blank_or_comma_splits() {
    check("그대들은 어떻게 살 것인가\tNNP", &["그대들은 어떻게 살 것인가/NNP"]);
    check("그대들은 어떻게 살 것인가 NNP", &["그대들은 어떻게 살 것인가/NNP"]);
    check("그대들은 어떻게 살 것인가", &["그대들은 어떻게 살 것인가/NNP"]);
    check("안녕, 나의 소울메이트\tNNP", &["안녕, 나의 소울메이트/NNP"]);
    check("안녕, 나의 소울메이트,NNP", &["안녕, 나의 소울메이트/NNP"]);
    check("안녕, 나의 소울메이트, NNP", &["안녕, 나의 소울메이트/NNP"]);
    check("안녕, 나의 소울메이트", &["안녕, 나의 소울메이트/NNP"]);
    check(
        "노량,NNG\n아름답\tVA\n노량진,\n12,12",
        &["노량/NNG", "아름답/VA", "노량진,/NNP", "12,12/NNP"],
    );
    check("노량\t\tNNP  \n  인터  스텔라 \t NNP", &["노량/NNP", "인터 스텔라/NNP"]);
}

#[test]
fn titles_may_end_in_latin() {
    check(
        "스타 NG\nMay the force\n라라랜드 LA",
        &["스타 NG/NNP", "May the force/NNP", "라라랜드 LA/NNP"],
    );
    check("아이폰 XR\tNNP", &["아이폰 XR/NNP"]);
    warned("아이폰 XR", &["1:5 `XR` is taken for the tag of `아이폰`"]);
    warned("노량 nnp", &["1:4 `nnp` is no tag and becomes part of the word"]);
}

#[test]
fn force_stands_behind_the_tag() {
    check(
        "노량\tNNP\tforce\n이순신 NNP force\n명량,NNP,force",
        &["노량/NNP!", "이순신/NNP!", "명량/NNP!"],
    );
    refused("노량\tNNP\tfroce", &["1:8 `froce` stands where only `force` may"]);
    refused("노량\tforce", &["1:4 `force` is no tag"]);
}

#[test]
fn comments_have_a_blank_behind_their_sign() {
    check(
        "# 노량\tNNP\n#\n## 명량\n#### \n노량\tNNP # 2023 film\n명량 # 2014",
        &["노량/NNP", "명량/NNP"],
    );
    check("#살아있다\tNNP", &["#살아있다/NNP"]);
    check("Movie # 1\tNNP", &["Movie # 1/NNP"]);
    warned("#살아있다", &["1:1 `#살아있다` is taken for a comment"]);
    warned("#노량 NNP", &["1:1 `#노량 NNP` is taken for a comment"]);
    refused("노량\tNNP #2023", &["1:8 `#2023` stands where only `force` may"]);
}

#[test]
fn a_slip_in_a_tag_is_named() {
    refused("노량\tNNP2", &["1:4 `NNP2` is no tag"]);
    refused("\n노량,nnp\n명량\t명사", &["2:4 `nnp` is no tag", "3:4 `명사` is no tag"]);
    refused("노량, NNGP", &["1:5 `NNGP` is no tag"]);
    refused("NNP", &["1:1 the tag `NNP` stands without a word"]);
    let error = UserDictionary::parse("노량\tNNP2", "words.txt").unwrap_err();
    assert_eq!(error.hint(), Some("the nearest tag is `NNP`"));
    assert_eq!(error.snippet(), Some("  |\n1 | 노량\tNNP2\n  |     \t^^^^"));
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn rows_of_mecab_are_read() {
    let text = "노량,1786,3546,-200,NNP,*,T,노량,*,*,*,*\n대우,,,,NNP,*,F,대우,*,*,*,*\n\
        \"안녕, 나의\",,,,NNP,*,F,*,*,*,*,*\n\"그 \"\"집\"\"\",,,,NNG,*,*,*,*,*,*,*,force\n\
        갔,1,2,3,VV+EP,*,T,갔,Inflect,VV,EP,가/VV/*+았/EP/*";
    check(text, &["노량/NNP", "대우/NNP", "안녕, 나의/NNP", "그 \"집\"/NNG!", "갔/VV+EP"]);
    let words = UserDictionary::parse(text, "words.txt").unwrap().words;
    assert_eq!(words[0].ids_and_cost, Some((1786, 3546, -200)));
    assert_eq!(words[1].ids_and_cost, None);
    assert_eq!(words[3].feature.as_deref(), Some("NNG,*,*,*,*,*,*,*"));
    assert_eq!(words[4].line, 5);
    assert_eq!(
        (words[4].kind, words[4].expression.as_str()),
        (WordKind::Inflect, "가/VV/*+았/EP/*")
    );
    assert_eq!((words[0].kind, words[0].expression.as_str()), (WordKind::Simple, ""));
}

#[test]
fn parts_that_are_none_are_told() {
    let row = |parts: &str| format!("노량해전,,,,NNP,*,T,노량해전,Compound,*,*,{parts}");
    warned(&row("노량/NNP/*+해전/NNG/*"), &[]);
    warned(&row("*"), &[]);
    let message = "`해전` is no part, so the word is taken as one morpheme";
    warned(&row("노량/NNP/*+해전"), &[&format!("1:35 {message}")]);
}

#[test]
fn ids_are_checked_where_they_are_known() {
    let ids = Some(IdCounts { left: 5, right: 6 });
    let text = "가,4,5,0,NNG,*,F,가,*,*,*,*\n나,5,6,0,NNG,*,F,나,*,*,*,*";
    let error = UserDictionary::parse_for(text, "words.csv", ids).unwrap_err();
    assert_eq!(error.to_string(), "`5` is no left id of the system dictionary");
    assert_eq!(error.place(), Some("words.csv, line 2, column 3"));
    assert!(error.hint().unwrap().contains("from 0 to 4"));
    assert_eq!(error.also()[0].place(), Some("words.csv, line 2, column 5"));
    assert!(UserDictionary::parse_for(text, "words.csv", None).is_ok());
}

#[test]
fn wrong_rows_are_refused() {
    refused("대우,,,,NNP,*,F", &["1:1 the row has 7 columns, not 12"]);
    refused(
        "대우,1,,,NNP,*,F,대우,*,*,*,*",
        &["1:6 the right id is missing", "1:7 the cost is missing"],
    );
    refused(
        "대우,70000,1,40000,NNX,*,F,대우,*,*,*,*",
        &[
            "1:4 `70000` is no left id: it is out of range",
            "1:12 `40000` is no cost: it is out of range",
            "1:18 `NNX` is no tag",
        ],
    );
    refused(",,,,NNP,*,F,대우,*,*,*,*", &["1:1 there is no word"]);
    refused("대우,,,,NNP,*,X,대우,*,*,*,*", &["1:13 `X` says nothing about the final consonant"]);
    warned("대우,,,,NNP,*,T,대우,*,*,*,*", &["1:13 `대우` ends without a final consonant"]);
}

#[test]
fn words_that_cannot_be_are_refused() {
    refused("\tNNP", &["1:1 there is no word"]);
    refused(" \u{a0} \tNNP\n,NNP", &["1:4 there is no word", "2:1 there is no word"]);
    refused("노\u{0}량", &["1:2 the word holds U+0000, which cannot be seen"]);
    refused("노량\u{200b}\tNNP", &["1:3 the word holds U+200B, which cannot be seen"]);
    refused(&"가".repeat(65), &["1:1 the word has 65 characters; at most 64 are taken"]);
    assert_eq!(words(&"가".repeat(64)).len(), 1);
}

#[test]
fn forms_of_letters_are_warned_of() {
    let nfd = "\u{1102}\u{1169}량";
    check(nfd, &["노량/NNP"]);
    warned(nfd, &["1:1 `노량` is written in parts of letters (NFD); it is taken as whole letters"]);
    warned(
        "Ｘ맨",
        &["1:1 `normalize = \"nfkc\"` turns `Ｘ맨` into `X맨`, and then it is not found"],
    );
}

#[test]
fn words_stand_once() {
    check("노량\tNNP\n노량\n노량\tNNP\tforce", &["노량/NNP!"]);
    warned("노량\n노량\tNNP", &["2:1 `노량` is registered as NNP already, in line 1"]);
    warned("X맨\nx맨", &["2:1 `x맨` is `X맨` of line 1: case makes no difference"]);
    warned("그녀\n그녀\tNP", &["2:1 `그녀` is NP here and NNP in line 1"]);
    refused(
        "노량 NNP force\n노량 NNG force",
        &["2:1 `노량` is forced to be NNG here and NNP in line 1"],
    );
    warned("가,1,2,3,NNG,*,F,가,*,*,*,*\n가,4,5,6,NNP,*,F,가,*,*,*,*", &[]);
}

#[test]
fn marks_and_line_ends_of_windows_are_taken() {
    check("\u{feff}노량\tNNP\r\n\r\n명량 NNG\r\n", &["노량/NNP", "명량/NNG"]);
}

#[test]
fn all_problems_come_at_once() {
    let text = "노량\tX\n\n명량\tY\n좋은 말\n\tNNP\n";
    assert_eq!(complaints(text).len(), 3);
    assert_eq!(
        complaints(&"\tNNP\n".repeat(100)).last().unwrap(),
        "words.txt and 60 more problems"
    );
}

fn read(bytes: &[u8]) -> Result<UserDictionary> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    UserDictionary::read(file.path(), None)
}

#[test]
fn files_are_read_or_refused() {
    assert_eq!(read("노량\n".as_bytes()).unwrap().words.len(), 1);
    let error = read(b"\xec\x9d\xb4\n\xec\x9d\xb4\xb3\xeb\tNNP").unwrap_err();
    assert!(error.place().unwrap().ends_with("line 2, column 2"), "{error:?}");
    let large = vec![b'#'; MAX_BYTES as usize + 1];
    assert!(read(&large).unwrap_err().to_string().contains("too large"));
    let missing = UserDictionary::read(Path::new("no/such.txt"), None).unwrap_err();
    assert!(missing.to_string().contains("no/such.txt"));
    assert!(UserDictionary::read(Path::new("src"), None).is_err());
}

#[test]
fn the_bundled_example_is_sound() {
    let dictionary =
        UserDictionary::parse(include_str!("../../../../dictionaries/user.txt"), "user.txt")
            .unwrap();
    assert!(dictionary.words.len() >= 15);
    assert!(dictionary.warnings.is_empty(), "{:?}", dictionary.warnings);
}

#[test]
fn threads_share_it() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&UserDictionary::parse("", "words.txt").unwrap());
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "([가-힣#,\"\t\n\r ]|NNP|force|[0-9*]|.){0,60}") {
        if let Ok(dictionary) = UserDictionary::parse(&text, "words.txt") {
            for word in dictionary.words.iter() {
                prop_assert!(!word.surface.is_empty() && word.surface == word.surface.trim());
                prop_assert!(word.line >= 1 && word.line <= text.matches('\n').count() + 1);
            }
        }
    }

    #[test]
    fn any_row_is_parsed_or_refused(
        columns in proptest::collection::vec("(|[가-힣\"]{1,3}|-?[0-9]{1,6}|NNP|T|\\*)", 1..15),
    ) {
        let _ = UserDictionary::parse(&columns.join(","), "words.txt");
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        std::fs::write(&path, bytes).unwrap();
        let _ = UserDictionary::read(&path, None);
    }

    #[test]
    fn a_word_with_its_tag_is_read(word in "[가-힣]{1,8}( [가-힣]{1,4}){0,3}", separator in "[\t ,]") {
        let line = format!("{word}{separator}NNP");
        let words = UserDictionary::parse(&line, "words.txt").unwrap().words;
        prop_assert_eq!(&words[0].surface, &word);
    }
}
