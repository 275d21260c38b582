//! A driver of Chromium, over the protocol of its developer tools.
//!
//! In: addresses and scripts. Out: values, pictures, PDF; every request that the page made
//! and every error that its console showed. The browser has a profile of its own in a
//! temporary folder, and ends with the value that stands for it.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// So long a machine under load may take; what waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one tab.
pub struct Chromium {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    calls: u64,
    loaded: bool,
    requests: Vec<String>,
    complaints: Vec<String>,
    // Dropped last: the process writes into it until it ends.
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts one; nothing, and a word about it, where there is none.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            // Not by `eprintln!`, which a passing test swallows.
            let text = "NOT CHECKED for want of Chromium (apt-get install chromium)";
            writeln!(std::io::stderr(), "{text}").expect("there is a standard error");
            return None;
        };
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let mut process = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .args(["--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check"])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args(["--hide-scrollbars", "--lang=en-US"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        let address = address(profile.path(), &mut process);
        let socket = connected(&address);
        let mut browser = Chromium {
            process,
            socket,
            session: None,
            calls: 0,
            loaded: false,
            requests: Vec::new(),
            complaints: Vec::new(),
            _profile: profile,
        };
        browser.attach();
        Some(browser)
    }

    /// Opens an address and waits until all of it is there; forgets what was recorded.
    pub fn open(&mut self, url: &str) {
        (self.loaded, self.requests, self.complaints) = (false, Vec::new(), Vec::new());
        let answer = self.call("Page.navigate", json!({ "url": url }));
        assert!(answer.get("errorText").is_none(), "cannot open {url}: {answer}");
        while !self.loaded {
            self.receive();
        }
    }

    /// The value of an expression in the page; a promise is waited for.
    pub fn evaluate(&mut self, script: &str) -> Value {
        let arguments =
            json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", arguments);
        let error = answer.get("exceptionDetails");
        assert!(error.is_none(), "{script}\n{error:?}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn wait_for(&mut self, script: &str) {
        let begin = Instant::now();
        while self.evaluate(&format!("Boolean({script})")) != json!(true) {
            assert!(begin.elapsed() < PATIENCE, "never became true: {script}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses and lets go of a key that has a name: `Tab`, `Enter`, `Escape`.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            _ => panic!("this driver knows no key `{key}`"),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({ "type": kind, "key": key, "code": key, "text": text,
                "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Types into what has the focus, as an input method does: Korean too.
    pub fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Clicks on the middle of the first element that a selector finds.
    pub fn click(&mut self, selector: &str) {
        let selector = Value::from(selector);
        let place = self.evaluate(&format!(
            "(() => {{ const one = document.querySelector({selector}); one.scrollIntoView(); \
             const box = one.getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": place[0], "y": place[1], "button": "left",
                "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// As wide and high as this, in CSS pixels.
    pub fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Whether the reader prefers dark pages.
    pub fn prefer_dark(&mut self, is_dark: bool) {
        let value = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// A picture (PNG) of the whole page, as long as it is.
    pub fn screenshot(&mut self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true }));
        bytes(&answer["data"])
    }

    /// The page as it is printed (PDF); its style sheet says on what paper.
    pub fn pdf(&mut self) -> Vec<u8> {
        let answer = json!({ "preferCSSPageSize": true, "printBackground": false });
        bytes(&self.call("Page.printToPDF", answer)["data"])
    }

    /// Addresses that were asked for since the page was opened.
    pub fn requests(&mut self) -> Vec<String> {
        self.settle();
        self.requests.clone()
    }

    /// Errors that the console showed since the page was opened.
    pub fn complaints(&mut self) -> Vec<String> {
        self.settle();
        self.complaints.clone()
    }

    /// Any other call of the protocol, and its result.
    pub fn call(&mut self, method: &str, arguments: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({ "id": id, "method": method, "params": arguments });
        if let Some(session) = &self.session {
            message["sessionId"] = Value::from(session.as_str());
        }
        self.socket.send(Message::text(message.to_string())).expect("Chromium listens");
        loop {
            let answer = self.receive();
            if answer["id"] == id {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn attach(&mut self) {
        let targets = self.call("Target.getTargets", json!({}));
        let targets = targets["targetInfos"].as_array().expect("there are targets").clone();
        let page = targets.iter().find(|target| target["type"] == "page");
        let page = page.expect("Chromium has a tab")["targetId"].clone();
        let about = json!({ "targetId": page, "flatten": true });
        let answer = self.call("Target.attachToTarget", about);
        self.session = answer["sessionId"].as_str().map(str::to_owned);
        for part in ["Page", "Runtime", "Network", "Log"] {
            self.call(&format!("{part}.enable"), json!({}));
        }
    }

    /// Lets the page paint twice, so that what it asks for late is seen.
    fn settle(&mut self) {
        let frame = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))";
        self.evaluate(frame);
        self.evaluate(frame);
    }

    /// The next message; an event is noted.
    fn receive(&mut self) -> Value {
        let message = self.socket.read().expect("Chromium answers in time");
        let Message::Text(text) = message else { return Value::Null };
        let message: Value = serde_json::from_str(&text).expect("the protocol is JSON");
        let event = &message["params"];
        match message["method"].as_str() {
            Some("Page.loadEventFired") => self.loaded = true,
            Some("Network.requestWillBeSent") => {
                self.requests.push(event["request"]["url"].as_str().unwrap_or("?").to_owned());
            }
            Some("Runtime.consoleAPICalled") if event["type"] == "error" => {
                self.complaints.push(event["args"].to_string());
            }
            Some("Runtime.exceptionThrown") => {
                self.complaints.push(event["exceptionDetails"].to_string());
            }
            Some("Log.entryAdded") if event["entry"]["level"] == "error" => {
                self.complaints.push(event["entry"]["text"].to_string());
            }
            _ => {}
        }
        message
    }
}

impl Drop for Chromium {
    /// Ends the process that was started here, and no other.
    fn drop(&mut self) {
        let close = json!({ "id": u32::MAX, "method": "Browser.close" });
        let _ = self.socket.send(Message::text(close.to_string()));
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(5) {
            if let Ok(Some(_)) = self.process.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `file://` of a path; any character of it may stand in an address.
pub fn file_url(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte);
    let text = path.to_str().expect("temporary paths are text");
    let escaped = text.bytes().map(|byte| match plain(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    format!("file://{}", escaped.collect::<String>())
}

fn program() -> Option<std::path::PathBuf> {
    let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let paths = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    paths.into_iter().find(|path| path.is_file())
}

/// Chromium writes its port and the path to its profile once it listens.
fn address(profile: &Path, process: &mut Child) -> String {
    let begin = Instant::now();
    loop {
        let text = std::fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
            return format!("ws://127.0.0.1:{}{}", port.trim(), path.trim());
        }
        let ended = process.try_wait().expect("it can be asked");
        assert!(ended.is_none(), "Chromium ended at once: {ended:?}");
        assert!(begin.elapsed() < PATIENCE, "Chromium never listened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn connected(address: &str) -> WebSocket<TcpStream> {
    let host = address.trim_start_matches("ws://").split('/').next().expect("it has a host");
    let stream = TcpStream::connect(host).expect("Chromium listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it is no zero");
    tungstenite::client(address, stream).expect("Chromium speaks WebSocket").0
}

/// RFC 4648.
fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("the answer has data").trim_end_matches('=');
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().map(|byte| u32::from(digit(byte))).collect();
    let three = |four: &[u32]| {
        let digit = |place: usize| four.get(place).copied().unwrap_or_default();
        let bits = digit(0) << 18 | digit(1) << 12 | digit(2) << 6 | digit(3);
        let bytes = bits.to_be_bytes();
        bytes[1..four.len().max(1)].to_vec()
    };
    digits.chunks(4).flat_map(three).collect()
}
