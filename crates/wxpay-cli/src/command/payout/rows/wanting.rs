//! Settings that rows need and that are nowhere: one mistake for each, not one for each row.

use super::mistake::Mistake;
use crate::lang::Text;

/// What is needed and not there.
#[derive(Default)]
pub(super) struct Wanting(Vec<Setting>);

struct Setting {
    name: &'static str,
    /// Whether the file has the column, and leaves it empty.
    has_column: bool,
    rows: usize,
    first_line: u64,
}

impl Wanting {
    pub(super) fn note(&mut self, name: &'static str, has_column: bool, line: u64) {
        match self.0.iter_mut().find(|setting| setting.name == name) {
            Some(setting) => setting.rows += 1,
            None => self.0.push(Setting {
                name,
                has_column,
                rows: 1,
                first_line: line,
            }),
        }
    }

    /// `section` is that of the configuration in which they can be set.
    pub(super) fn into_mistakes(self, section: &'static str) -> impl Iterator<Item = Mistake> {
        self.0.into_iter().map(move |setting| {
            let Setting {
                name,
                has_column,
                rows,
                first_line,
            } = setting;
            let (need, need_zh) = match rows {
                1 => (
                    format!("1 row needs it, on line {first_line}"),
                    format!("第 {first_line} 行需要它"),
                ),
                _ => (
                    format!("{rows} rows need it, the first on line {first_line}"),
                    format!("共 {rows} 行需要它，首行是第 {first_line} 行"),
                ),
            };
            let (add, add_zh) = if has_column {
                ("fill in its column", "填写该列")
            } else {
                ("add a column of this name", "增加同名的列")
            };
            Mistake::in_file(Text::new(
                format!("{name} is missing: set {name} in {section} of the configuration, or {add} ({need})"),
                format!("缺少 {name}：请在配置文件的 {section} 中设置 {name}，或{add_zh}（{need_zh}）"),
            ))
        })
    }
}
