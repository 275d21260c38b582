//! Lines that are captions by their ends: whose picture it is.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// Whether the line ends as captions do: `(AP Photo/Kim)`, `Kim/Getty Images`,
/// `사진=신문`, `[신문 제공]`, `ⓒ 신문`.
pub(super) fn is_caption(line: &str) -> bool {
    line.len() <= LONGEST && CAPTION.is_match(line)
}

const LONGEST: usize = 500;

static CAPTION: LazyLock<Regex> = LazyLock::new(|| {
    let agency = r"(?:AP|AFP|EPA|DPA|Reuters|REUTERS|Getty|GETTY|Shutterstock|iStock|Bloomberg|PA|Alamy|Rex|Xinhua|TASS)";
    // No `\b`: beyond ASCII it takes the slowest of the engines.
    let patterns = [
        // (AP Photo/Kim), (Image: GETTY), [Photo by Kim]
        r"[(\[](?:AP |File |Courtesy )?(?:[Pp]hoto|PHOTO|[Ii]mage|IMAGE|[Pp]icture|Pic|Credit|Foto|Bild|Crédit)s?(?:[^()\[\]\w][^()\[\]]{0,59})?[)\]]".to_owned(),
        // (Kim/AP)
        format!(r"[(\[][^()\[\]]{{2,50}}[/|]\s?{agency}[^()\[\]]{{0,30}}[)\]]"),
        // Kim/AFP/Getty Images, Kim via Getty Images
        format!(r"(?:[/|]\s?|via ){agency}(?: Images| Photo)?"),
        r"(?:Getty Images|Getty Images/iStockphoto|Shutterstock|AP Photo|AFP PHOTO)".to_owned(),
        r"(?:사진|그래픽|이미지|자료|출처)(?:\s?제공|\s?출처)?\s?[=:ㅣ|]\s?[^.,]{1,25}".to_owned(),
        r"[(\[/]\s?(?:사진\s?)?[^()\[\].]{1,15}\s?(?:제공|캡처|갈무리|DB)".to_owned(),
        r"[ⓒ©]\s?[^\s.]{1,12}(?:\s[^\s.]{1,12})?".to_owned(),
    ];
    let pattern = format!(r"(?:{})\s?[)\]>]?\s?\.?$", patterns.join("|"));
    // Wide classes make many states: in the usual memory they are made again and again.
    RegexBuilder::new(&pattern).dfa_size_limit(32 << 20).build().expect("it is a pattern")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_say_whose_picture_it_is() {
        for caption in [
            "The mayor walks on the bridge. (AP Photo/Kim)",
            "The bridge in May (Image: GETTY)",
            "The bridge. (Kim/AP)",
            "The bridge in May Kim/AFP/Getty Images",
            "새 도서관의 모습. 사진=세종시 제공",
            "새 도서관의 모습 [사진 출처 = 신문]",
            "새 도서관의 모습. (세종시 제공)",
            "새 도서관의 모습. ⓒ 신문",
        ] {
            assert!(is_caption(caption), "{caption:?}");
        }
        for line in [
            "The mayor told Reuters.",
            "He showed a photo (and a film).",
            "사진은 시가 제공했다고 한다.",
            "그는 “사진을 제공받았다”고 말했다.",
        ] {
            assert!(!is_caption(line), "{line:?}");
        }
    }
}
