//! `pg_catalog`, as whoever uses the database filled it. Nobody's code runs: the server writes out what it keeps.

use std::collections::BTreeSet;

use crate::domains::anonymise::checks::SHORTEST;
use crate::domains::anonymise::checks::words::pieces;
use crate::domains::anonymise::plan::HELPER;
use crate::services::sql::literal;

/// The first object that is not the server's own (`FirstNormalObjectId`).
const OURS: &str = "16384";

/// Of each kind: its catalog, the object, the part of it, and the text.
const TEXTS: [&str; 22] = [
    "'pg_type'::regclass, e.enumtypid, 0, e.enumlabel::text FROM pg_enum e",
    "'pg_type'::regclass, t.oid, 0, t.typdefault FROM pg_type t WHERE t.oid >= {ours}",
    "'pg_attrdef'::regclass, d.oid, 0, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d",
    "'pg_constraint'::regclass, c.oid, 0, pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE c.oid >= {ours}",
    "'pg_class'::regclass, c.oid, 0, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c WHERE c.relispartition",
    "'pg_class'::regclass, c.oid, 0, pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.oid >= {ours}",
    "'pg_class'::regclass, i.indexrelid, 0, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indexrelid >= {ours}",
    "'pg_rewrite'::regclass, r.oid, 0, pg_get_ruledef(r.oid) FROM pg_rewrite r WHERE r.oid >= {ours} AND r.rulename <> '_RETURN'",
    "'pg_policy'::regclass, p.oid, 0, concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) \
     FROM pg_policy p",
    "'pg_trigger'::regclass, t.oid, 0, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal",
    "'pg_statistic_ext'::regclass, s.oid, 0, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s",
    "'pg_proc'::regclass, p.oid, 0, concat_ws(' ', p.prosrc, pg_get_function_sqlbody(p.oid), pg_get_function_arguments(p.oid), \
     p.proconfig::text) FROM pg_proc p WHERE p.oid >= {ours}",
    "'pg_proc'::regclass, a.aggfnoid::oid, 0, a.agginitval FROM pg_aggregate a WHERE a.aggfnoid::oid >= {ours}",
    // What rows of before have in a column that was added: it outlives them.
    "'pg_class'::regclass, a.attrelid, a.attnum::int, a.attmissingval::text FROM pg_attribute a WHERE a.atthasmissing",
    "'pg_ts_dict'::regclass, d.oid, 0, d.dictinitoption FROM pg_ts_dict d WHERE d.oid >= {ours}",
    "'pg_authid'::regclass, r.oid, 0, r.rolname::text FROM pg_roles r WHERE r.oid >= {ours}",
    "'pg_authid'::regclass, s.setrole, 0, s.setconfig::text FROM pg_db_role_setting s WHERE s.setrole <> 0",
    "'pg_database'::regclass, s.setdatabase, 0, s.setconfig::text FROM pg_db_role_setting s WHERE s.setrole = 0",
    "d.classoid, d.objoid, d.objsubid, d.description FROM pg_description d",
    "d.classoid, d.objoid, 0, d.description FROM pg_shdescription d",
    "l.classoid, l.objoid, l.objsubid, l.label FROM pg_seclabel l",
    "l.classoid, l.objoid, 0, l.label FROM pg_shseclabel l",
];
/// Since version 15 a publication chooses rows by a condition.
const CONDITIONS: &str = "'pg_publication_rel'::regclass, r.oid, 0, pg_get_expr(r.prqual, r.prrelid) FROM pg_publication_rel r WHERE r.prqual IS NOT NULL";

/// A role is named by its number and how it begins: its name may be what was found.
pub(super) fn script(version: u32, accepted: &BTreeSet<String>) -> String {
    let texts = TEXTS.iter().chain((version >= 15).then_some(&CONDITIONS));
    let texts: Vec<_> = texts.map(|text| format!("SELECT {}", text.replace("{ours}", OURS))).collect();
    let accepted: Vec<_> = accepted.iter().map(|name| literal(name)).collect();
    format!(
        "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; \
         WITH t(class, object, part, text) AS (SELECT 0::oid, 0::oid, 0, NULL WHERE false UNION ALL {}), \
         hit AS MATERIALIZED (SELECT t.class, t.object, t.part, p.place, count(*) AS n FROM t, LATERAL {} AS x \
         LEFT JOIN {HELPER}.sample p ON p.hash = {HELPER}.keyed('c', x.word) \
         WHERE p.place IS NOT NULL OR strpos(x.word, current_setting('{HELPER}.needle')) > 0 GROUP BY 1, 2, 3, 4) \
         SELECT CASE WHEN hit.place IS NULL THEN 'planted' ELSE 'original of ' || hit.place END, i.name, sum(hit.n) FROM hit, \
         LATERAL (SELECT o.type || ' ' || CASE WHEN o.type = 'role' THEN left(o.identity, 4) || '… (' || hit.object || ')' \
         ELSE o.identity END AS name FROM pg_identify_object(hit.class, hit.object, hit.part) AS o) AS i \
         WHERE coalesce(i.name, '') <> ALL (ARRAY[{}]::text[]) GROUP BY 1, 2; ROLLBACK;",
        texts.join(" UNION ALL "),
        pieces("t.text", SHORTEST),
        accepted.join(", ")
    )
}
