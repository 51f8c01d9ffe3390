//! From spec files to the model: names become types, labels become words.

mod fields;
mod operation;
mod products;

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;
use toml::Spanned;

use self::fields::Reader;
use self::products::Purposes;
use super::Problems;
use super::model::{Level, Model, Product, Scope, Shape, Source, Type, Value, Version, Words};
use super::names::camel;
use super::read::{File, Files};
use super::spec::{self, Field, Shared, Table};

/// Everything that a spec leaves to other files.
pub(crate) struct Context<'a> {
    pub(crate) glossary: Glossary<'a>,
    pub(crate) problems: Problems,
}

/// English by field and Chinese label.
pub(crate) struct Glossary<'a>(HashMap<(&'a str, &'a str), &'a str>);

impl<'a> Glossary<'a> {
    fn read(text: &'a str) -> Self {
        let line = |line: &'a str| {
            let mut columns = line.split('\t');
            Some(((columns.next()?, columns.next()?), columns.next()?))
        };
        Self(text.lines().skip(1).filter_map(line).collect())
    }

    pub(crate) fn english(&self, field: &str, label: &str) -> Option<&'a str> {
        self.0.get(&(field, label)).copied()
    }
}

/// The model, or every name that stands for nothing.
pub(crate) fn resolve(files: &Files) -> Result<Model, Problems> {
    let mut context = Context {
        glossary: Glossary::read(&files.glossary),
        problems: Problems::new(),
    };
    let mut purposes = Purposes::read(&files.products, &mut context.problems);
    let mut model = Model {
        products: Vec::new(),
        operations: Vec::new(),
        versions: Vec::new(),
        unsigned: files.unsigned.clone(),
    };
    for version in &files.versions {
        let top = shared(
            &version.shared,
            Level::Version,
            None,
            version.version,
            &mut context,
        );
        for product in &version.products {
            let scope = shared(
                &product.shared,
                Level::Product,
                Some(Rc::clone(&top)),
                version.version,
                &mut context,
            );
            for (name, file) in &product.specs {
                model.operations.push(operation::resolve(
                    operation::Place {
                        version: version.version,
                        product: &product.name,
                        name,
                        scope: &scope,
                        common: &version.errors,
                    },
                    file,
                    &mut context,
                ));
            }
            let full_name = format!("{}.{}", version.version.folder(), product.name);
            model.products.push(Product {
                version: version.version,
                name: product.name.clone(),
                purpose: purposes.take(&full_name, &mut context.problems),
                scope,
            });
        }
        model.versions.push((version.version, top));
    }
    purposes.finish(&mut context.problems);
    if context.problems.is_empty() {
        Ok(model)
    } else {
        Err(context.problems)
    }
}

/// The types of a `types.toml`.
fn shared(
    file: &File<Shared>,
    level: Level,
    parent: Option<Rc<Scope>>,
    version: Version,
    context: &mut Context<'_>,
) -> Rc<Scope> {
    let Shared { object, enums } = &file.content;
    let tables = Tables {
        objects: object.into(),
        enums: enums.into(),
        ..Tables::default()
    };
    scope(&file.source, level, parent, version, &tables, context)
}

/// The named tables of one file.
#[derive(Default)]
pub(crate) struct Tables<'a> {
    objects: Slice<'a, Field>,
    choices: Slice<'a, Field>,
    groups: Slice<'a, Field>,
    lists: Slice<'a, Field>,
    enums: Slice<'a, spec::Value>,
}

/// Tables by name, or none.
pub(crate) struct Slice<'a, T>(Option<&'a Table<Table<T>>>);

impl<T> Default for Slice<'_, T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'a, T> From<&'a Table<Table<T>>> for Slice<'a, T> {
    fn from(tables: &'a Table<Table<T>>) -> Self {
        Self(Some(tables))
    }
}

impl<'a, T> Slice<'a, T> {
    fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Spanned<Table<T>>)> + use<'a, T> {
        self.0.into_iter().flatten()
    }
}

/// A scope of these tables. The names come first, so that objects can name each other.
pub(crate) fn scope(
    source: &Source,
    level: Level,
    parent: Option<Rc<Scope>>,
    version: Version,
    tables: &Tables<'_>,
    context: &mut Context<'_>,
) -> Rc<Scope> {
    let mut scope = Scope {
        level,
        source: source.clone(),
        types: IndexMap::new(),
        parent,
    };
    let nothing: fn(Vec<super::model::Field>) -> Shape = Shape::Object;
    for (kind, tables) in [
        (nothing, &tables.objects),
        (Shape::Choice, &tables.choices),
        (Shape::Group, &tables.groups),
        (Shape::Numbered, &tables.lists),
    ] {
        for (name, table) in tables.iter() {
            insert(&mut scope, name, table.span(), kind(Vec::new()), context);
        }
    }
    for (name, table) in tables.enums.iter() {
        let values = table.get_ref().iter().map(value).collect();
        insert(&mut scope, name, table.span(), Shape::Enum(values), context);
    }
    let every = [
        &tables.objects,
        &tables.choices,
        &tables.groups,
        &tables.lists,
    ];
    let mut filled = Vec::new();
    for (name, table) in every.into_iter().flat_map(Slice::iter) {
        let mut reader = Reader {
            scope: &scope,
            version,
            context,
        };
        filled.push((name.clone(), reader.fields(table.get_ref())));
    }
    for (name, fields) in filled {
        if let Some(ty) = scope.types.get_mut(&name) {
            ty.shape = match ty.shape {
                Shape::Object(_) => Shape::Object(fields),
                Shape::Choice(_) => Shape::Choice(fields),
                Shape::Group(_) => Shape::Group(fields),
                Shape::Numbered(_) => Shape::Numbered(fields),
                Shape::Enum(_) => continue,
            };
        }
    }
    Rc::new(scope)
}

fn insert(
    scope: &mut Scope,
    name: &str,
    at: std::ops::Range<usize>,
    shape: Shape,
    context: &mut Context<'_>,
) {
    let ty = Type {
        name: name.to_owned(),
        at: at.clone(),
        shape,
    };
    if scope.types.insert(name.to_owned(), ty).is_some() {
        let reason = format!("another table is called `{name}`");
        context.problems.push(scope.source.problem(&at, reason));
    }
}

fn value((wire, value): (&String, &Spanned<spec::Value>)) -> Value {
    let spec = value.get_ref();
    Value {
        at: value.span(),
        wire: wire.clone(),
        variant: spec.name.clone().unwrap_or_else(|| camel(wire)),
        progress: spec.progress,
        words: Words {
            en: spec.en.clone().unwrap_or_default(),
            zh: spec.zh.clone().unwrap_or_default(),
        },
    }
}
