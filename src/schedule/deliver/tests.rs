use std::path::Path;

use super::*;
use crate::news::crawl::fault_server::{Act, FaultServer, answer};
use crate::schedule::history::{JobRun, Outcome};
use crate::schedule::job::tests::job;

#[cfg(feature = "mail")]
#[path = "../../../tests/mail_sink/mod.rs"]
mod mail_sink;

/// A run of Tuesday at seven, with these files.
struct Sent {
    root: tempfile::TempDir,
    parcel: Parcel,
}

fn sent(files: &[(&str, &str)]) -> Sent {
    let root = tempfile::tempdir().unwrap();
    let output = root.path().join("output");
    std::fs::create_dir(&output).unwrap();
    for (name, text) in files {
        std::fs::write(output.join(name), text).unwrap();
    }
    let run = JobRun {
        id: 7,
        job: "morning".to_owned(),
        scheduled: 1_795_500_000, // 2026-11-24 07:00 in Berlin
        started: 1_795_500_000,
        ended: Some(1_795_500_042),
        outcome: Outcome::Done,
        message: String::new(),
        attempt: 1,
        missed: 0,
        is_manual: false,
        files: files.iter().map(|(name, _)| (*name).to_owned()).collect(),
        deliveries: Vec::new(),
    };
    let job = job("morning", "cron = \"0 7 * * *\"");
    let parcel = Parcel::pack(&job, run, &output, root.path()).unwrap();
    Sent { root, parcel }
}

fn failed(message: &str) -> Sent {
    let mut sent = sent(&[]);
    sent.parcel.run.outcome = Outcome::Failed;
    sent.parcel.run.message = message.to_owned();
    sent
}

fn delivery(settings: &str) -> DeliveryParams {
    toml::from_str(settings).unwrap()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_folder_gets_a_folder_a_run_and_the_latest() {
    let mut sent = sent(&[("report.html", "<p>1"), ("report.md", "# 1")]);
    let folder = delivery("folder = \"reports\"");
    for _ in 0..2 {
        Courier.send(&folder, &sent.parcel).unwrap();
    }
    let reports = sent.root.path().join("reports");
    assert_eq!(read(&reports.join("morning-2026-11-24T0700/report.html")), "<p>1");
    assert_eq!(read(&reports.join("morning-latest/report.md")), "# 1");
    // The next one takes the place of the latest.
    let output = sent.root.path().join("output");
    std::fs::remove_file(output.join("report.md")).unwrap();
    std::fs::write(output.join("report.html"), "<p>2").unwrap();
    sent.parcel.files = crate::schedule::output::files(&output).unwrap();
    sent.parcel.name = "morning-2026-11-25T0700".to_owned();
    Courier.send(&folder, &sent.parcel).unwrap();
    assert_eq!(read(&reports.join("morning-2026-11-25T0700/report.html")), "<p>2");
    assert_eq!(read(&reports.join("morning-latest/report.html")), "<p>2");
    assert!(!reports.join("morning-latest/report.md").exists());
    let mut names: Vec<_> =
        std::fs::read_dir(&reports).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["morning-2026-11-24T0700", "morning-2026-11-25T0700", "morning-latest"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let sent = sent(&[("report.md", "x")]);
    std::fs::write(sent.root.path().join("reports"), "a file").unwrap();
    let error = Courier.send(&delivery("folder = \"reports\""), &sent.parcel).unwrap_err();
    assert!(error.to_string().contains("cannot create the folder"), "{error}");
}

/// Texts of all elements of this name, as a reader of feeds sees them.
fn elements(feed: &str, name: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(feed);
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().expect("a feed is XML") {
            Event::Start(tag) if tag.name().as_ref() == name => {
                inside = true;
                found.push(String::new());
            }
            Event::End(_) => inside = false,
            Event::Text(text) if inside => *found.last_mut().unwrap() += &text,
            Event::GeneralRef(name) if inside => {
                let name = name.to_string();
                let text = quick_xml::escape::resolve_xml_entity(&name).expect("a known entity");
                *found.last_mut().unwrap() += text;
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn a_feed_is_valid_whatever_the_texts_are() {
    let hostile = "a]]><script>&amp;\u{0}\u{b}\u{fffe} \"quoted\" 삼성전자 📈";
    let mut sent = sent(&[("보고서 1.html", "<p>"), ("report.md", hostile)]);
    let feed = delivery(
        "feed = \"out/feed.xml\"\ntitle = \"<News> & more\"\nlink = \"https://a.example/r?a=1&b=2\"",
    );
    let entry = Courier.send(&feed, &sent.parcel).unwrap().unwrap();
    let path = sent.root.path().join("out/feed.xml");
    let text = read(&path);
    assert_eq!(elements(&text, "title"), ["<News> & more", "morning: 2026-11-24 07:00"]);
    assert_eq!(elements(&text, "content"), ["a]]><script>&amp; \"quoted\" 삼성전자 📈"]);
    assert_eq!(elements(&text, "updated"), ["2026-11-24T07:00:42+01:00"; 2]);
    assert!(text.contains("/morning-2026-11-24T0700/%EB%B3%B4"), "{text}");
    let ids = elements(&text, "id");
    assert!(ids.iter().all(|id| id.len() == 45 && id.starts_with("urn:uuid:")), "{ids:?}");
    // The same again, and after 60 others.
    sent.parcel.entries = vec![entry.clone()];
    Courier.send(&feed, &sent.parcel).unwrap();
    assert_eq!(read(&path), text);
    let other = |number: i32| entry.replace(&ids[1], &format!("urn:uuid:{number}"));
    sent.parcel.entries = (0..60).map(other).chain(["damaged".to_owned()]).collect();
    Courier.send(&feed, &sent.parcel).unwrap();
    let found = elements(&read(&path), "id");
    assert_eq!((found.len(), &found[1], found[2].as_str()), (51, &ids[1], "urn:uuid:0"));
}

/// A webhook that refuses twice, and what it heard.
fn webhook() -> (FaultServer, std::sync::mpsc::Receiver<String>) {
    let (tell, heard) = std::sync::mpsc::channel();
    let server = FaultServer::new(move |request, before| {
        tell.send(request.to_owned()).unwrap();
        match before {
            0 => answer("503 Service Unavailable", b""),
            1 => Act::Reset(Vec::new()),
            _ => answer("200 OK", b"ok"),
        }
    });
    (server, heard)
}

#[test]
fn a_webhook_hears_what_happened() {
    let sent = sent(&[("report.md", "<b> & 오늘")]);
    for (form, expected) in [
        (
            "json",
            serde_json::json!({
                "id": "malmoi-morning-1795500000-7",
                "job": "morning",
                "time": "2026-11-24T07:00:00+01:00",
                "outcome": "done",
                "text": "<b> & 오늘",
                "files": ["report.md"],
            }),
        ),
        (
            "slack",
            serde_json::json!({ "text": "*morning: 2026-11-24 07:00*\n&lt;b&gt; &amp; 오늘" }),
        ),
    ] {
        let (server, heard) = webhook();
        let delivery = delivery(&format!(
            "webhook = \"{}\"\nform = \"{form}\"\nallow_private = [\"{}\"]",
            server.url("/hook"),
            server.host()
        ));
        let errors: Vec<String> = (0..2)
            .map(|_| Courier.send(&delivery, &sent.parcel).unwrap_err().to_string())
            .collect();
        assert!(errors[0].ends_with("answers 503"), "{errors:?}");
        assert!(errors[1].ends_with("the connection broke"), "{errors:?}");
        Courier.send(&delivery, &sent.parcel).unwrap();
        let request = heard.iter().nth(2).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("idempotency-key: malmoi-morning-1795500000-7"), "{head}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap(), expected);
    }
}

#[test]
fn a_webhook_hears_of_failures() {
    let (server, heard) = webhook();
    let delivery = delivery(&format!(
        "webhook = \"{}\"\nallow_private = [\"127.0.0.1\"]",
        server.url("/hook")
    ));
    let _ = Courier.send(&delivery, &failed("`malmoi news update` failed").parcel);
    let request = heard.recv().unwrap();
    assert!(request.contains("\"outcome\":\"failed\""), "{request}");
    assert!(request.contains("\"text\":\"`malmoi news update` failed\""), "{request}");
}

#[test]
fn private_hosts_are_reached_by_permission_alone() {
    let sent = sent(&[]);
    let server = FaultServer::new(|_, _| answer("200 OK", b""));
    let port = server.host().split_once(':').unwrap().1.to_owned();
    for (host, allowed) in [
        ("127.0.0.1", "[]".to_owned()),
        ("localhost", "[]".to_owned()),
        ("127.0.0.1", "[\"127.0.0.1:9\", \"localhost\"]".to_owned()),
    ] {
        let delivery =
            delivery(&format!("webhook = \"http://{host}:{port}/\"\nallow_private = {allowed}"));
        let error = Courier.send(&delivery, &sent.parcel).unwrap_err();
        assert!(error.to_string().contains("its address is private"), "{error}");
        assert!(error.hint().unwrap().contains(&format!("allow_private = [\"{host}:{port}\"]")));
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_redirect_is_not_followed() {
    let sent = sent(&[]);
    let target = FaultServer::new(|_, _| answer("200 OK", b""));
    let to = target.url("/");
    let server =
        FaultServer::new(move |_, _| answer(&format!("307 Temporary\r\nLocation: {to}"), b""));
    let delivery =
        delivery(&format!("webhook = \"{}\"\nallow_private = [\"127.0.0.1\"]", server.url("/")));
    let error = Courier.send(&delivery, &sent.parcel).unwrap_err();
    assert!(error.to_string().contains("answers 307"), "{error}");
    assert_eq!(target.requests(), 0);
}

#[test]
fn secrets_of_a_webhook_are_not_told() {
    let sent = sent(&[]);
    let server = FaultServer::new(|request, _| answer("400 Bad", request.as_bytes()));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [
        server.url("/services/hunter2"),
        format!("http://{closed}/services/hunter2"),
        "http://127.0.0.1:1/hunter2 \u{7f}".to_owned(),
        "hunter2".to_owned(),
        "https://hunter2 .example/".to_owned(),
    ] {
        std::fs::write(sent.root.path().join("url"), &address).unwrap();
        let delivery =
            delivery("webhook = \"file:url\"\nallow_private = [\"127.0.0.1\"]\nform = \"slack\"");
        let error = Courier.send(&delivery, &sent.parcel).unwrap_err();
        let told = format!("{error:?} {error}");
        assert!(!told.contains("hunter2") && told.contains("`file:url`"), "{told}");
        assert!(std::error::Error::source(&error).is_none());
    }
    let none = delivery("webhook = \"env:MALMOI_NO_SUCH_VARIABLE\"");
    let error = Courier.send(&none, &sent.parcel).unwrap_err();
    assert!(error.to_string().contains("`MALMOI_NO_SUCH_VARIABLE` is not set"), "{error}");
}

#[test]
fn targets_are_told_without_secrets() {
    for (settings, expected) in [
        ("folder = \"a\"", "folder a"),
        ("feed = \"a.xml\"", "feed a.xml"),
        ("webhook = \"env:HOOK\"", "webhook env:HOOK"),
        ("mail = { to = [\"a@b\", \"c@d\"], from = \"e@f\", server = \"g\" }", "mail to a@b, c@d"),
    ] {
        let delivery = delivery(settings);
        assert_eq!(target(&delivery), expected);
        assert_eq!(may_send_twice(expected), !tells_failures(&delivery));
    }
}

#[cfg(feature = "mail")]
mod letters {
    use super::mail_sink::{Answer, MailSink};
    use super::*;

    fn mail(host: &str, more: &str) -> DeliveryParams {
        delivery(&format!(
            "mail = {{ to = [\"Editors <editors@example.org>\", \"b@example.org\"], \
             from = \"reports@example.org\", server = \"{host}\", tls = \"none\"{more} }}\n\
             allow_private = [\"{host}\"]"
        ))
    }

    #[test]
    fn a_letter_is_taken_at_the_third_try() {
        let sink = MailSink::new(|before| match before {
            0 => Answer::Later,
            1 => Answer::Close,
            _ => Answer::Take,
        });
        let sent =
            sent(&[("report.html", "<p>하나"), ("report.md", "# 하나"), ("report.csv", "a")]);
        let mail = mail(&sink.host(), "");
        let first = Courier.send(&mail, &sent.parcel).unwrap_err().to_string();
        assert!(first.contains("did not take the letter") && first.contains("451"), "{first}");
        Courier.send(&mail, &sent.parcel).unwrap_err();
        Courier.send(&mail, &sent.parcel).unwrap();
        let letters = sink.letters();
        assert_eq!((letters.len(), sink.offered()), (1, 3));
        let letter = &letters[0];
        for part in [
            "RCPT TO:<editors@example.org>",
            "RCPT TO:<b@example.org>",
            "Subject: morning: 2026-11-24 07:00",
            "Message-ID: <malmoi-morning-1795500000-7@127.0.0.1>",
            "Date: Tue, 24 Nov 2026 06:00:42 +0000",
            "multipart/mixed",
            "filename=\"report.html\"",
        ] {
            assert!(letter.contains(part), "{part} is not in\n{letter}");
        }
        assert!(!letter.contains("report.csv"), "{letter}");
    }

    #[test]
    fn file_names_and_texts_add_no_header() {
        let sink = MailSink::new(|_| Answer::Take);
        let mut sent = failed("it broke\nBcc: x@example.org\n.\nQUIT\n");
        sent.parcel.run.job = "a\r\nBcc: x@example.org".to_owned();
        let _ = Courier.send(&mail(&sink.host(), ""), &sent.parcel);
        for letter in sink.letters() {
            let (head, _) = letter.split_once("\n\n").unwrap();
            assert!(!head.contains("\nBcc:"), "{letter}");
        }
    }

    #[test]
    fn a_login_is_used_and_not_told() {
        let sink = MailSink::new(|_| Answer::Take);
        let sent = sent(&[("report.md", "x")]);
        std::fs::write(sent.root.path().join("password"), "hunter2-long\n").unwrap();
        let login = ", user = \"reports\", password = \"file:password\"";
        Courier.send(&mail(&sink.host(), login), &sent.parcel).unwrap();
        // base64 of \0reports\0hunter2-long
        assert!(sink.letters()[0].contains("AUTH PLAIN AHJlcG9ydHMAaHVudGVyMi1sb25n"));
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = Courier.send(&mail(&closed.to_string(), login), &sent.parcel).unwrap_err();
        assert!(error.to_string().contains("did not take the letter"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn servers_are_reached_by_permission_and_encrypted() {
        let sink = MailSink::new(|_| Answer::Take);
        let sent = sent(&[]);
        let mut private = mail(&sink.host(), "");
        private.allow_private.clear();
        let error = Courier.send(&private, &sent.parcel).unwrap_err();
        assert!(error.hint().unwrap().contains("allow_private"), "{error}");
        // The sink offers no STARTTLS: nothing is sent in plain.
        let mut encrypted = mail(&sink.host(), "");
        encrypted.mail.as_mut().unwrap().tls = crate::config::MailTls::Starttls;
        Courier.send(&encrypted, &sent.parcel).unwrap_err();
        assert_eq!(sink.offered(), 0);
    }
}
