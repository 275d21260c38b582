//! From a few labelled texts to a label, and to the words that gave it.

use malmoi::pipeline::{TrainSettings, train};

fn main() -> malmoi::Result<()> {
    let texts = [("warm and clever", "good"), ("dull and long", "bad"), ("a warm film", "good")];
    let model = train(&texts, &TrainSettings::default())?;
    let prediction = model.predict("a warm, clever story");
    println!("{} {:.2}", prediction.label, prediction.probability);

    let mut worker = model.encoder.worker();
    let (columns, values) = worker.encode("a warm, clever story");
    for (&column, &value) in columns.iter().zip(values) {
        let term = model.encoder.vectorizer.vocabulary.term(column);
        println!("{:+.2} {term}", f64::from(value) * model.classifier.weight(1, column));
    }
    Ok(())
}
