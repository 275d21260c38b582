//! Metrics as a table for a terminal.

use crate::pipeline::Evaluation;

/// What a model is worth, as lines of text.
pub fn metrics_table(evaluation: &Evaluation) -> String {
    let metrics = &evaluation.metrics;
    let mut text = format!(
        "  learned from {} documents, {} features; measured on {} others ({} split)\n\n",
        evaluation.train_documents, evaluation.features, metrics.documents, evaluation.split
    );
    let of = match &metrics.positive_label {
        Some(label) => format!(" ({label})"),
        None => " (macro)".to_owned(),
    };
    let rows = [
        ("accuracy", Some(metrics.accuracy), String::new()),
        ("precision", Some(metrics.precision), of.clone()),
        ("recall", Some(metrics.recall), of.clone()),
        ("f1", Some(metrics.f1), of),
        ("roc_auc", metrics.roc_auc, String::new()),
        ("log_loss", Some(metrics.log_loss), String::new()),
        ("brier", Some(metrics.brier), String::new()),
        ("calibration_error", Some(metrics.calibration_error), String::new()),
    ];
    for (name, value, note) in rows {
        let value = value.map_or("     –".to_owned(), |value| format!("{value:.4}"));
        text += &format!("  {name:<17} {value}{note}\n");
    }
    if let Some(unseen) = evaluation.unseen.as_ref().filter(|unseen| unseen.leaked > 0) {
        text += &format!(
            "  {:<17} {:.4} accuracy without {} test texts that stand in train\n",
            "unseen", unseen.accuracy, unseen.leaked
        );
    }
    text + "\n" + &confusion(&metrics.labels, &metrics.confusion_matrix)
}

fn confusion(labels: &[String], counts: &[Vec<u64>]) -> String {
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).max(8);
    let cell = |text: &str| {
        format!("  {}{text}", " ".repeat(longest.saturating_sub(text.chars().count())))
    };
    let mut text = format!("  {}  predicted\n  {}", " ".repeat(longest), " ".repeat(longest));
    labels.iter().for_each(|label| text += &cell(label));
    text += "\n";
    for (label, row) in labels.iter().zip(counts) {
        text += &cell(label);
        row.iter().for_each(|count| text += &cell(&count.to_string()));
        text += "\n";
    }
    text
}
