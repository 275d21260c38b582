//! Bytes of a page → text.
//!
//! In: any bytes, what the server said of them, the host that sent them. Out: text and
//! the name of the encoding. What a page declares is believed only as far as its bytes
//! bear it out: Korean pages that say `utf-8` and are not, and the reverse, are common.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};
use rustc_hash::FxHashSet;

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text; what was no text stands as U+FFFD.
    pub text: String,
    /// The name of the encoding, as the Encoding Standard writes it.
    pub encoding: &'static str,
    /// Whether some bytes were no text in this encoding.
    pub had_errors: bool,
}

/// Reads `bytes` as text; `content_type` is the header of that name, if there was one.
///
/// # Examples
/// ```
/// use malmoi::news::extract::charset::decode;
///
/// let page = decode(b"<meta charset=utf-8><p>\xb0\xa1\xb3\xaa\xb4\xd9", Some("text/html"));
/// assert_eq!((&page.text[23..], page.encoding), ("가나다", "EUC-KR"));
/// ```
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    decode_from(bytes, content_type, None)
}

/// The same, with the host: its country says what undeclared bytes are likely to be.
pub fn decode_from(bytes: &[u8], content_type: Option<&str>, host: Option<&str>) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decoded(&bytes[length..], encoding);
    }
    if let Some(encoding) = unmarked_utf_16(bytes) {
        return decoded(bytes, encoding);
    }
    if is_utf_8(bytes) {
        return decoded(bytes, UTF_8);
    }
    let declared = [content_type.and_then(of_header), of_meta(bytes)];
    let sample = sample(bytes, SAMPLE);
    let hangul = surely_hangul(sample);
    let detected = match detected(self::sample(sample, DETECTED), host) {
        guess if guess.is_single_byte() && hangul >= FEW => EUC_KR,
        // As few Chinese characters may all stand where Hangul does.
        _ if hangul >= MANY => EUC_KR,
        guess => guess,
    };
    let found = best(sample, declared.into_iter().flatten(), detected, hangul);
    match sample.len() == bytes.len() {
        true => found.page,
        false => decoded(bytes, found.encoding),
    }
}

/// A page in one of the encodings that it may be in.
struct Read {
    encoding: &'static Encoding,
    page: Decoded,
}

fn read(bytes: &[u8], encoding: &'static Encoding) -> Read {
    Read { encoding, page: decoded(bytes, encoding) }
}

/// Of a larger page so many bytes, from the first that is not ASCII, tell its encoding.
const SAMPLE: usize = 512 << 10;
/// Statistics take thirty times as long as reading.
const DETECTED: usize = 128 << 10;

/// Up to `most` bytes that begin and end between two characters.
fn sample(bytes: &[u8], most: usize) -> &[u8] {
    if bytes.len() <= most {
        return bytes;
    }
    let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let sample = &bytes[start..bytes.len().min(start + most)];
    // No encoding has one of these inside of a character.
    let end = sample.iter().rposition(|byte| matches!(byte, b' ' | b'<' | b'\n'));
    &sample[..end.filter(|end| *end > 0).unwrap_or(sample.len())]
}

fn decoded(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), had_errors }
}

/// How much of a page is looked at for its declaration and for zero bytes.
const BEGINNING: usize = 4096;

/// Markup in UTF-16 has a zero beside every letter, always on the same side.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    let zeros = |at: usize| beginning.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = beginning.len() / 10;
    match () {
        () if odd > enough && odd > even * 20 => Some(UTF_16LE),
        () if even > enough && even > odd * 20 => Some(UTF_16BE),
        () => None,
    }
}

/// Whether the bytes are UTF-8 but for a cut at the end or a few broken characters.
///
/// No other encoding gives many characters of several bytes by chance.
fn is_utf_8(mut bytes: &[u8]) -> bool {
    const CHARACTERS_AN_ERROR: usize = 20;
    let (mut characters, mut errors, mut has_escape) = (0, 0, false);
    loop {
        let error = std::str::from_utf8(bytes).err();
        let valid = error.map_or(bytes.len(), |error| error.valid_up_to());
        // Leading bytes of characters of several bytes.
        characters += bytes[..valid].iter().filter(|byte| **byte >= 0xC2).count();
        has_escape |= bytes[..valid].contains(&0x1B);
        let Some(error) = error else { break };
        // A page cut off inside of a character.
        let Some(length) = error.error_len() else {
            return characters >= errors.max(1) * CHARACTERS_AN_ERROR;
        };
        errors += 1;
        bytes = &bytes[valid + length..];
        if characters + bytes.len() / 2 < errors * CHARACTERS_AN_ERROR {
            return false;
        }
    }
    match errors {
        // ASCII with escapes may be ISO-2022-JP.
        0 => characters > 0 || !has_escape,
        errors => characters >= errors * CHARACTERS_AN_ERROR,
    }
}

fn of_header(content_type: &str) -> Option<&'static Encoding> {
    let at = find(content_type.as_bytes(), b"charset", 0)?;
    after_label_name(&content_type.as_bytes()[at..])
}

/// What `<meta charset>`, `<meta http-equiv>` or `<?xml encoding?>` says.
fn of_meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    [&b"charset"[..], b"encoding"].into_iter().find_map(|word| {
        let mut from = 0;
        while let Some(after) = find(beginning, word, from) {
            if is_declaration(&beginning[..after])
                && let Some(encoding) = after_label_name(&beginning[after..])
            {
                return Some(encoding);
            }
            from = after;
        }
        None
    })
}

/// The place behind the next `word` in any case.
fn find(bytes: &[u8], word: &[u8], from: usize) -> Option<usize> {
    let windows = bytes.get(from..)?.windows(word.len());
    let at = windows.into_iter().position(|window| window.eq_ignore_ascii_case(word))?;
    Some(from + at + word.len())
}

fn is_declaration(before: &[u8]) -> bool {
    let start = before.iter().rposition(|byte| *byte == b'<');
    let tag = start.map_or(&[][..], |start| &before[start + 1..]);
    tag.starts_with(b"?xml") || tag.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"meta"))
}

/// The encoding named by `= "label"`.
fn after_label_name(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = bytes.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let bytes = bytes.strip_prefix(b"\"").or_else(|| bytes.strip_prefix(b"'")).unwrap_or(bytes);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"';,>/".contains(byte);
    let length = bytes.iter().position(is_end).unwrap_or(bytes.len());
    of_label(&bytes[..length])
}

/// Pages name windows-949 in more ways than the standard knows.
fn of_label(label: &[u8]) -> Option<&'static Encoding> {
    const KOREAN: [&[u8]; 6] =
        [b"cp949", b"ms949", b"uhc", b"x-windows-949", b"euckr", b"x-euc-kr"];
    if KOREAN.iter().any(|korean| korean.eq_ignore_ascii_case(label)) {
        return Some(EUC_KR);
    }
    let encoding = Encoding::for_label(label)?;
    // A declaration that can be read is not in UTF-16.
    let is_usable = ![REPLACEMENT, X_USER_DEFINED, UTF_16LE, UTF_16BE].contains(&encoding);
    is_usable.then_some(encoding)
}

/// So many syllables are no pairs of Western letters.
const FEW: usize = 2;
/// So many are no text in another encoding of two bytes a character.
const MANY: usize = 8;

/// How many different common syllables the bytes hold, if nearly all they hold beyond
/// ASCII is such; else 0.
///
/// A page in English that names a Korean town holds too little for statistics; but in
/// other encodings such bytes stand alone, or fall outside of the 25 of 94 rows with the
/// syllables of KS X 1001.
fn surely_hangul(bytes: &[u8]) -> usize {
    let mut found = FxHashSet::default();
    let (mut syllables, mut others, mut at) = (0, 0, 0);
    // Pairs of one sign stand on Western pages too: `»»`, `··`, `°°`.
    let mut has_two_signs = false;
    while let Some(ascii) = bytes[at..].iter().position(|byte| !byte.is_ascii()) {
        let [lead, trail, ..] = bytes[at + ascii..] else { return 0 };
        at += ascii + 2;
        match (lead, trail) {
            (0xB0..=0xC8, 0xA1..=0xFE) => {
                syllables += 1;
                has_two_signs |= lead != trail;
                if found.len() < MANY {
                    found.insert([lead, trail]);
                }
            }
            // Quotes, dots and brackets of two bytes.
            (0xA1..=0xA3, 0xA1..=0xFE) => {}
            (0xA4..=0xFE, 0xA1..=0xFE) | (0x81..=0xC6, b'A'..=b'Z' | b'a'..=b'z' | 0x81..) => {
                others += 1
            }
            _ => return 0,
        }
    }
    if has_two_signs && syllables >= others * 9 { found.len() } else { 0 }
}

fn detected(bytes: &[u8], host: Option<&str>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let tld = host.and_then(|host| host.rsplit('.').next()).unwrap_or_default();
    let tld = tld.to_ascii_lowercase();
    let is_name =
        !tld.is_empty() && tld.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    detector.guess(is_name.then_some(tld.as_bytes()), Utf8Detection::Deny)
}

/// The declared encoding without errors, else the one detected, else the one with few.
fn best(
    bytes: &[u8],
    declared: impl Iterator<Item = &'static Encoding>,
    detected: &'static Encoding,
    hangul: usize,
) -> Read {
    let guess = read(bytes, detected);
    let characters = bytes.iter().filter(|byte| **byte >= 0x80).count();
    // Any bytes are text in an encoding of one byte a character: it proves nothing.
    let is_doubtful = |encoding: &'static Encoding| {
        encoding.is_single_byte() && is_multibyte(&guess) && (characters > 32 || hangul >= MANY / 2)
    };
    let mut flawed = Vec::new();
    for encoding in declared {
        let page = read(bytes, encoding);
        match page.page.had_errors {
            false if !is_doubtful(encoding) => return page,
            false => {}
            true => flawed.push(page),
        }
    }
    // A single broken character must not make a Korean page a Western one, nor a pair of
    // letters that might be a syllable a Western page a Korean one.
    let korean = read(bytes, EUC_KR);
    flawed.extend(Some(korean).filter(|korean| korean.page.had_errors || hangul >= FEW));
    let errors = |read: &Read| read.page.text.matches(char::REPLACEMENT_CHARACTER).count();
    let Some(least) = flawed.into_iter().min_by_key(errors) else { return guess };
    let is_likely =
        errors(&least) * 50 < characters && (!least.page.had_errors || is_read(&least.page));
    match guess.encoding == least.encoding || !is_likely || is_multibyte(&guess) {
        true => guess,
        false => least,
    }
}

fn is_multibyte(read: &Read) -> bool {
    !read.encoding.is_single_byte() && !read.page.had_errors
}

/// Whether most characters beyond ASCII are Hangul, kana or common Han.
fn is_read(page: &Decoded) -> bool {
    let wide = page.text.chars().filter(|letter| !letter.is_ascii());
    let (mut all, mut read) = (0, 0);
    for letter in wide {
        all += 1;
        read += usize::from(matches!(letter, '가'..='힣' | 'ぁ'..='ヿ' | '一'..='鿿'));
    }
    read * 3 > all * 2
}

#[cfg(test)]
mod tests {
    use encoding_rs::{
        BIG5, EUC_JP, GBK, ISO_8859_7, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
        WINDOWS_1252, WINDOWS_1254,
    };
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "<html><head>META<title>바람골 소식</title></head><body><p>바람골 도서관이 \
        오는 23일 다시 문을 연다. 주민 삼백여 명이 책 나르기에 손을 보탰다.</p></body></html>";

    fn page(declaration: &str) -> String {
        TEXT.replace("META", declaration)
    }

    fn check(bytes: &[u8], content_type: Option<&str>, expected: &str, encoding: &str) {
        let found = decode(bytes, content_type);
        assert_eq!((found.text.as_str(), found.encoding), (expected, encoding));
        assert!(!found.had_errors);
    }

    #[test]
    fn korean_pages_are_read_whatever_they_declare() {
        for (meta, header) in [
            ("<meta charset='euc-kr'>", None),
            ("<META http-equiv=Content-Type content='text/html; charset=ks_c_5601-1987'>", None),
            ("<meta charset=CP949>", Some("text/html; charset=cp949")),
            ("", Some("text/html;charset=\"EUC-KR\"")),
            ("", None),
            ("<meta charset=\"utf-8\">", None),
            ("<meta charset=utf-8>", Some("text/html; charset=UTF-8")),
            ("<meta charset=iso-8859-1>", Some("text/html; charset=ISO-8859-1")),
        ] {
            let text = page(meta);
            check(&EUC_KR.encode(&text).0, header, &text, "EUC-KR");
        }
    }

    #[test]
    fn utf_8_is_utf_8_whatever_it_declares() {
        for (meta, header) in [
            ("<meta charset=utf-8>", Some("text/html; charset=utf-8")),
            ("<meta charset=euc-kr>", Some("text/html; charset=EUC-KR")),
            ("", Some("text/html; charset=windows-1252")),
            ("", None),
        ] {
            let text = page(meta);
            check(text.as_bytes(), header, &text, "UTF-8");
        }
        check("\u{feff}가".as_bytes(), Some("text/html; charset=euc-kr"), "가", "UTF-8");
    }

    #[test]
    fn utf_16_is_seen_with_and_without_its_mark() {
        let text = page("<meta charset=euc-kr>");
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&little, None, &text, "UTF-16LE");
        check(&big, None, &text, "UTF-16BE");
        check(&[&b"\xff\xfe"[..], &little].concat(), None, &text, "UTF-16LE");
        check(&[&b"\xfe\xff"[..], &big].concat(), None, &text, "UTF-16BE");
    }

    #[test]
    fn broken_bytes_do_not_change_the_rest() {
        let text = page("");
        let mut utf_8 = text.repeat(3).into_bytes();
        utf_8[300] = 0xFF;
        let found = decode(&utf_8, None);
        assert_eq!((found.encoding, found.had_errors), ("UTF-8", true));
        let mut korean = EUC_KR.encode(&text.repeat(20)).0.into_owned();
        korean.insert(100, 0xFF);
        for header in [None, Some("text/html; charset=utf-8"), Some("text/html; charset=euc-kr")] {
            let found = decode(&korean, header);
            assert_eq!((found.encoding, found.had_errors), ("EUC-KR", true), "{header:?}");
        }
        let cut = &text.as_bytes()[..text.find('손').expect("it is there") + 1];
        assert_eq!(decode(cut, Some("charset=euc-kr")).encoding, "UTF-8");
    }

    #[test]
    fn other_encodings_are_believed_and_detected() {
        let japanese = "<p>図書館は二十三日に再び開きます。みなさんの力で本を運びました。";
        let bytes = SHIFT_JIS.encode(japanese).0;
        check(&bytes, Some("text/html; charset=shift_jis"), japanese, "Shift_JIS");
        check(&bytes, None, japanese, "Shift_JIS");
        check(
            b"<meta charset=latin1><p>caf\xe9",
            None,
            "<meta charset=latin1><p>café",
            "windows-1252",
        );
        check(b"caf\xe9", None, "café", "windows-1252");
        check(b"plain", Some("text/html; charset=euc-kr"), "plain", "UTF-8");
        check(b"", None, "", "UTF-8");
    }

    /// Texts as news have them: an encoding, the host's country, a text.
    const TEXTS: [(&Encoding, &str, &str); 18] = [
        (EUC_KR, "", "The mayor of 세종 (Sejong) spoke on Monday, and the library opened again."),
        (EUC_KR, "com", "By Jane Doe, with the band 방탄소년단, who sang “봄날” for an hour."),
        (EUC_KR, "kr", "바람골 도서관이 오는 23일 다시 문을 연다고 시는 밝혔다."),
        (EUC_KR, "", "똠방각하가 다시 온다. 바람골 극장이 오늘 저녁 일곱 시에 막을 올린다."),
        (EUC_KR, "", "盧 대통령은 서울에서 열린 회의에 참석해 여러 나라의 대표를 만났다고 밝혔다."),
        (
            WINDOWS_1252,
            "fr",
            "Le maire a inauguré le café de l’été, où les élèves ont été reçus à Noël.",
        ),
        (
            WINDOWS_1252,
            "de",
            "Die Ärzte und Übersetzer von Köln müssen größere Räume für Bücher öffnen.",
        ),
        (
            WINDOWS_1252,
            "es",
            "El niño corrió mañana; ¿qué pasó? ¡Así fue la canción del año en España!",
        ),
        (
            WINDOWS_1252,
            "com",
            "Read more »» The café costs £5, 20°C, 5½ hours · naïve résumé — “so”.",
        ),
        (WINDOWS_1251, "ru", "Мэр города открыл новую библиотеку в понедельник, сообщили жители."),
        (SHIFT_JIS, "jp", "図書館は二十三日に再び開きます。みなさんの力で本を運びました。"),
        (EUC_JP, "jp", "図書館は二十三日に再び開きます。みなさんの力で本を運びました。"),
        (GBK, "cn", "图书馆于二十三日重新开放，三百多名居民帮助搬运了图书，市长说。"),
        (BIG5, "tw", "圖書館於二十三日重新開放，三百多名居民幫助搬運了圖書，市長說。"),
        (
            WINDOWS_1250,
            "pl",
            "Burmistrz otworzył bibliotekę, a mieszkańcy nieśli książki przez całą noc.",
        ),
        (
            WINDOWS_1254,
            "tr",
            "Belediye başkanı kütüphaneyi açtı, öğrenciler şiir ve şarkı söyledi, gün güzeldi.",
        ),
        (WINDOWS_874, "th", "นายกเทศมนตรีเปิดห้องสมุดใหม่ในวันจันทร์ ชาวบ้านช่วยกันขนหนังสือ"),
        (ISO_8859_7, "gr", "Ο δήμαρχος άνοιξε τη νέα βιβλιοθήκη τη Δευτέρα, είπαν οι κάτοικοι."),
    ];

    #[test]
    fn texts_are_read_whatever_is_said_of_them() {
        let mut wrong = Vec::new();
        for (encoding, country, text) in TEXTS {
            let page = format!("<html><title>Baram</title><p>{text}</p></html>");
            let (bytes, _, is_unmappable) = encoding.encode(&page);
            assert!(!is_unmappable, "{text}");
            let right = format!("text/html; charset={}", encoding.name());
            let host = Some(format!("news.example.{country}")).filter(|_| !country.is_empty());
            for header in [Some(right.as_str()), None, Some("text/html; charset=utf-8")] {
                let found = decode_from(&bytes, header, host.as_deref());
                if found.text != page {
                    wrong.push((encoding.name(), header.map(str::to_owned), found.encoding));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn korean_pages_may_say_that_they_are_western() {
        for (_, _, text) in TEXTS.iter().filter(|(encoding, ..)| *encoding == EUC_KR).skip(1) {
            let found = decode(&EUC_KR.encode(text).0, Some("text/html; charset=iso-8859-1"));
            assert_eq!((found.text.as_str(), found.encoding), (*text, "EUC-KR"));
        }
    }

    #[test]
    fn a_sample_tells_the_encoding_of_a_large_page() {
        let text = page("").repeat(4_000);
        let plain = "<p>plain</p>".repeat(100_000);
        let bytes = [plain.as_bytes(), &EUC_KR.encode(&text).0].concat();
        assert!(bytes.len() > 2 * SAMPLE);
        check(&bytes, Some("text/html; charset=utf-8"), &(plain + &text), "EUC-KR");
    }

    #[test]
    fn pairs_of_western_letters_are_no_syllables() {
        for text in ["ÄRGER", "Ärger in Åre", "Été à Arles", "Åland »"] {
            let bytes = WINDOWS_1252.encode(text).0;
            assert_eq!(decode(&bytes, None).encoding, "windows-1252", "{text}");
            assert_eq!(decode(&bytes, Some("charset=iso-8859-1")).text, text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_page(bytes: Vec<u8>, header: Option<String>, host: Option<String>) {
            decode_from(&bytes, header.as_deref(), host.as_deref());
        }
    }
}
