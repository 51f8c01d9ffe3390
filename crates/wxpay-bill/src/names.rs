use crate::error::{BillError, Problem};

/// The names of a table's columns, from the line above its rows.
#[derive(Clone, Debug)]
pub(crate) struct Names(Vec<Box<str>>);

impl Names {
    /// Reads a line of names. Full-width brackets, which APIv2 writes, become the others.
    pub(crate) fn of(line: &[u8], number: u64) -> Result<Self, BillError> {
        let text =
            std::str::from_utf8(line).map_err(|_| BillError::new(number, Problem::NotUtf8))?;
        let names = text.split(',').map(folded).collect::<Vec<_>>();
        let mut sorted: Vec<&str> = names.iter().map(|name| &**name).collect();
        sorted.sort_unstable();
        if sorted.first().is_some_and(|name| name.is_empty()) {
            return Err(BillError::new(number, Problem::NamelessColumn));
        }
        let twice = sorted.iter().zip(sorted.iter().skip(1));
        if let Some((name, _)) = twice.into_iter().find(|(one, next)| one == next) {
            return Err(BillError::in_column(number, name, Problem::RepeatedColumn));
        }
        Ok(Self(names))
    }

    /// Those of a file without anything in it.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn first(&self) -> Option<&str> {
        self.0.first().map(|name| &**name)
    }

    pub(crate) fn get(&self, place: usize) -> &str {
        self.0.get(place).map_or("", |name| name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }
}

fn folded(name: &str) -> Box<str> {
    let half = |c: char| match c {
        '（' => '(',
        '）' => ')',
        other => other,
    };
    name.trim().chars().map(half).collect::<String>().into()
}

/// A column that a kind of bill has.
pub(crate) struct Column {
    /// Its name now, and those that it had before.
    pub(crate) names: &'static [&'static str],
}

/// Where the columns of a kind are in one bill, and which others it has.
#[derive(Clone, Debug)]
pub(crate) struct Places<const N: usize> {
    known: [Option<usize>; N],
    further: Vec<usize>,
}

impl<const N: usize> Places<N> {
    pub(crate) fn of(columns: &[Column; N], names: &Names, line: u64) -> Result<Self, BillError> {
        let mut known = [None; N];
        let mut further = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let found = columns
                .iter()
                .position(|column| column.names.contains(&name));
            match found.and_then(|found| known.get_mut(found)) {
                None => further.push(place),
                Some(free @ None) => *free = Some(place),
                // By a name of today and one of before.
                Some(Some(_)) => {
                    return Err(BillError::in_column(line, name, Problem::RepeatedColumn));
                }
            }
        }
        Ok(Self { known, further })
    }

    pub(crate) fn get(&self, column: usize) -> Option<usize> {
        self.known.get(column).copied().flatten()
    }

    pub(crate) fn further(&self) -> &[usize] {
        &self.further
    }
}
