//! Named tables and values.

use super::refused;
use crate::shop::{CLOSE, CREATE, TYPES, UPLOAD};

#[test]
fn names() {
    let object = "[object.Part]";
    refused(&[
        (
            CREATE,
            object,
            "[one_of.Sent]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "another table is called `Sent`",
        ),
        (
            CREATE,
            object,
            "[object.Part]\nparts = { list = \"Part\", max_items = 2, en = \"Parts\", zh = \"部分\" }",
            "`Part` holds itself",
        ),
        (
            CREATE,
            "list = \"Part\", in",
            "list = \"CreateItem\", in",
            "unknown list `CreateItem`",
        ),
        (
            CREATE,
            object,
            "[object.Vec]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "invalid table name `Vec`",
        ),
        (
            CREATE,
            object,
            "[object.part_of]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "invalid table name `part_of`",
        ),
        (
            CREATE,
            object,
            "[object.PartOptions]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "invalid table name `PartOptions`",
        ),
        (
            CREATE,
            object,
            "[object.CreateItemResponse]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "`CreateItemResponse` is the operation's own",
        ),
        (
            CREATE,
            object,
            "[object.Item]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "types.toml has a `Item` too",
        ),
        (
            CREATE,
            object,
            "[object.More]\na = { type = \"String\", max_chars = 1, en = \"A\", zh = \"甲\" }\n\n[object.Part]",
            "nothing names `More`",
        ),
        (
            TYPES,
            "[enum.State]",
            "[enum.Free]\nA = { en = \"A\", zh = \"甲\" }\n\n[enum.State]",
            "nothing names `Free`",
        ),
        (
            CREATE,
            "parts   = { list = \"Made\"",
            "parts   = { list = \"Part\"",
            "`Part` is sent and received; write it twice",
        ),
        (
            CREATE,
            "weight    = {",
            "heavy = { name = \"weight\", type = \"Boolean\", en = \"Heavy\", zh = \"重\" }\nweight    = {",
            "another field is called `weight`",
        ),
        (
            TYPES,
            "[object.Item]",
            "[group.Item]",
            "unknown field `group`",
        ),
    ]);
}

#[test]
fn values() {
    refused(&[
        (
            CREATE,
            "1 = { name = \"One\", ",
            "1 = { ",
            "`1` makes no variant; give it a `name`",
        ),
        (
            CREATE,
            "2 = { name = \"Two\"",
            "2 = { name = \"One\"",
            "another variant is called `One`",
        ),
        (
            CREATE,
            "OFF = {",
            "DANGER_OTHER = {",
            "another variant is called `DangerOther`",
        ),
        (
            TYPES,
            "OFF  = {",
            "OTHER = {",
            "another variant is called `Other`",
        ),
        (
            TYPES,
            "{ en = \"Sold\", zh = \"已售\" }",
            "{ }",
            "needs `en` or `zh`",
        ),
        (
            TYPES,
            "SOLD = {",
            "SOLD = { progress = \"failed\",",
            "either every value has a `progress` or none",
        ),
        (
            TYPES,
            "SOLD = {",
            "SOLD = { progress = \"gone\",",
            "unknown variant `gone`",
        ),
    ]);
}

#[test]
fn a_table_of_two_operations_stands_in_the_types() {
    refused(&[
        (
            CLOSE,
            "[request]\n",
            "[enum.Grade]\n1 = { name = \"One\", en = \"One\", zh = \"一\" }\n2 = { name = \"Two\", en = \"Two\", zh = \"二\" }\n\n[request]\ngrade = { enum = \"Grade\", in = \"query\", en = \"Level\", zh = \"级别\" }\n",
            "`Level` is described in close_item.toml too; put it into types.toml",
        ),
        (
            UPLOAD,
            "[request]\n",
            "[object.Piece]\npart_name = { type = \"String\", max_chars = 32, required = true, en = \"Name\", zh = \"名称\" }\nweight = { type = \"Integer\", en = \"Weight\", zh = \"重量\" }\n\n[request]\npiece = { object = \"Piece\", in = \"body\", en = \"Piece\", zh = \"部件\" }\n",
            "`Piece` is described in create_item.toml too; put it into types.toml",
        ),
    ]);
}
