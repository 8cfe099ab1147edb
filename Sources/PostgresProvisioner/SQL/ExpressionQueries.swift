/// What stands in the expressions of `mine`, and is not known to be harmless.
///
/// What the server itself brought is in no list of dependencies, and `query_to_xml('any SQL', …)` is of
/// it. So the functions are read out of the stored expressions, in which the server writes each node as
/// `{TAG :field value …}`, with brackets and blanks in names behind a backslash. Tags that are not known
/// are refused, and so are functions but those of the server's own that are immutable: they look at
/// nothing but their arguments. Source: PostgreSQL's nodes/primnodes.h and nodes/parsenodes.h.
///
/// - Parameter catalog: of which `mine` has the `oid`: `pg_class`, `pg_type` or `pg_trigger`.
func expressions(of catalog: String) -> String {
  """
  expression AS MATERIALIZED (
    SELECT written.relation, written.place, written.is_query,
           -- The next number of a sequence that is named as it is.
           pg_catalog.regexp_replace(
             ' ' || written.tree::pg_catalog.text, ':funcid 1574 ([^{}]*:args \\(\\{CONST :consttype 2205 )',
             ':sequence \\1', 'g') AS tree
      FROM (
        SELECT 'pg_class', d.adrelid, 'a default or a generated column', false, d.adbin
          FROM pg_catalog.pg_attrdef d
        UNION ALL
        SELECT CASE o.contypid WHEN 0 THEN 'pg_class' ELSE 'pg_type' END,
               CASE o.contypid WHEN 0 THEN o.conrelid ELSE o.contypid END, 'the constraint ' || pg_catalog.quote_ident(o.conname), false, o.conbin
          FROM pg_catalog.pg_constraint o
        UNION ALL
        SELECT 'pg_class', i.indrelid, 'an index', false, i.indexprs
          FROM pg_catalog.pg_index i
        UNION ALL
        SELECT 'pg_class', i.indrelid, 'the condition of an index', false, i.indpred
          FROM pg_catalog.pg_index i
        UNION ALL
        SELECT 'pg_class', x.stxrelid, 'its statistics', false, x.stxexprs
          FROM pg_catalog.pg_statistic_ext x
        UNION ALL
        SELECT 'pg_trigger', t.oid, 'its WHEN', false, t.tgqual
          FROM pg_catalog.pg_trigger t
        UNION ALL
        SELECT 'pg_class', w.ev_class, 'its query', true, w.ev_action
          FROM pg_catalog.pg_rewrite w
      ) written (catalog, relation, place, is_query, tree)
      JOIN mine ON mine.oid = written.relation
     WHERE written.catalog = '\(catalog)' AND written.tree IS NOT NULL
  ), call AS (
    SELECT e.relation, e.place, found[1]::pg_catalog.oid AS oid
      FROM expression e
     CROSS JOIN LATERAL
           pg_catalog.regexp_matches(e.tree, ':\\w*(?:funcid|fnoid) (\\d+)', 'g') found
     WHERE found[1] <> '0'
    UNION
    SELECT e.relation, e.place, COALESCE(o.oprcode::pg_catalog.oid, 0)
      FROM expression e
     CROSS JOIN LATERAL
           pg_catalog.regexp_matches(e.tree, ':\\w*(?:opno|op) (\\d+)', 'g') found
      LEFT JOIN pg_catalog.pg_operator o ON o.oid = found[1]::pg_catalog.oid
     WHERE found[1] <> '0'
  ), unsafe_expression (relation, reason) AS (
    SELECT call.relation,
           pg_catalog.format('%s calls %s', call.place, call.oid::pg_catalog.regprocedure)
      FROM call
      LEFT JOIN pg_catalog.pg_proc p ON p.oid = call.oid
      LEFT JOIN pg_catalog.pg_roles owner ON owner.oid = p.proowner
     WHERE (p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND owner.rolsuper
            AND (p.provolatile = 'i'
                   AND p.proname !~ '_to_xml|^(lo_|pg_read_|pg_ls_|dblink|set_config)'
                 OR p.pronargs = 0
                   AND p.proname IN ('now', 'transaction_timestamp', 'statement_timestamp',
                                     'clock_timestamp', 'random', 'gen_random_uuid'))
           ) IS NOT TRUE
    UNION ALL
    SELECT e.relation, pg_catalog.format('%s has what is not known to be data (%s)', e.place, found[1])
      FROM expression e
     CROSS JOIN LATERAL pg_catalog.regexp_matches(e.tree, '[^\\\\]\\{(\\w*)', 'g') found
     WHERE NOT (found[1] = ANY (\(harmlessTags))
                OR e.is_query AND found[1] = ANY (\(queryTags)))
  )
  """
}

/// Constants, columns and what is reckoned with them, in the words of all versions.
private let harmlessTags = """
  '{VAR,CONST,FUNCEXPR,OPEXPR,DISTINCTEXPR,NULLIFEXPR,SCALARARRAYOPEXPR,BOOLEXPR,NULLTEST,BOOLEANTEST,
    RELABELTYPE,COERCEVIAIO,COERCETODOMAINVALUE,ARRAYCOERCEEXPR,COLLATE,COLLATEEXPR,ARRAY,ARRAYEXPR,CASE,CASEEXPR,WHEN,
    CASEWHEN,CASETESTEXPR,COALESCE,COALESCEEXPR,MINMAX,MINMAXEXPR,SQLVALUEFUNCTION,
    SUBSCRIPTINGREF}'::pg_catalog.text[]
  """

private let queryTags = """
  '{QUERY,RTE,RANGETBLENTRY,RTEPERMISSIONINFO,ALIAS,FROMEXPR,JOINEXPR,RANGETBLREF,TARGETENTRY,AGGREF,
    SORTGROUPCLAUSE,GROUPINGSET,SUBLINK,PARAM,SETOPERATIONSTMT,RANGETBLFUNCTION}'::pg_catalog.text[]
  """
