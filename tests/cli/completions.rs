use crate::{project, run};

#[test]
fn every_shell_has_a_script() {
    let folder = project("");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, stdout, stderr) = run(folder.path(), &["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{shell}");
        assert!(stdout.contains("malmoi") && stdout.contains("log-format"), "{shell}");
    }
}
