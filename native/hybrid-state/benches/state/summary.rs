use std::path::PathBuf;

use serde_json::{json, Value};

/// Rows for `artifacts/bench/summary.json`, which `bench/Shared/BenchmarkSummary.cs` describes.
#[derive(Default)]
pub struct Summary(Vec<Value>);

impl Summary {
    /// Adds a number beside what it is compared with; less is better.
    pub fn add(&mut self, name: &str, unit: &str, hybrid: f64, baseline: Option<(f64, &str)>) {
        let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
        self.0.push(json!({
            "name": name, "unit": unit, "hybrid": rounded(hybrid),
            "baseline": baseline.map(|(number, _)| rounded(number)), "baseline_name": baseline.map(|(_, name)| name),
            "ratio": baseline.filter(|_| hybrid > 0.0).map(|(number, _)| (number / hybrid * 100.0).round() / 100.0),
        }));
    }

    /// Writes the rows in place of those of the same names.
    pub fn write(self) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../artifacts/bench");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("summary.json");
        let before = std::fs::read(&path).map_or(Ok(Vec::new()), |bytes| serde_json::from_slice::<Vec<Value>>(&bytes));
        let mut rows = before.unwrap();
        rows.retain(|row| self.0.iter().all(|other| other["name"] != row["name"]));
        rows.extend(self.0);
        std::fs::write(&path, serde_json::to_string_pretty(&rows).unwrap()).unwrap();
    }
}
