//! Korean text → morphemes, nouns and dictionary forms.
//!
//! Needs the dictionary: `malmoi dictionary install`.

use malmoi::analyze::korean::{Analyzer, KoreanParams};

fn main() -> malmoi::Result<()> {
    let params = KoreanParams {
        user_dictionary: Some("dictionaries/user.txt".into()),
        ..KoreanParams::default()
    };
    let analyzer = Analyzer::open(&params)?;

    let text = "어제 인터스텔라를 봤다";
    println!("{:?}", analyzer.morphs(text));
    println!("{:?}", analyzer.nouns(text));
    println!("{:?}", analyzer.pos(text));
    for one in analyzer.analyze(text) {
        println!("{} {} {} {}..{}", one.surface, one.tag, one.base, one.start, one.end);
    }
    Ok(())
}
