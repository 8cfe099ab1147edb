/// A routine `p` of `pg_proc` as ALTER, GRANT and REVOKE want it, with its kind.
///
/// `ROUTINE f(integer)` can be two: a function with that argument, and a procedure that hands one
/// out. A function or an aggregate is found by the types of what goes in, of which there are no two;
/// of a procedure the server looks for both, unless the arguments say which way they go, as its own
/// list does.
let routineAddress = """
  CASE p.prokind
                 WHEN 'p' THEN pg_catalog.format('PROCEDURE %s(%s)', \(routineName),
                                 pg_catalog.pg_get_function_identity_arguments(p.oid))
                 ELSE pg_catalog.format('FUNCTION %s(%s)', \(routineName),
                                 pg_catalog.oidvectortypes(p.proargtypes)) END
  """

private let routineName = """
  (SELECT pg_catalog.format('%I.%I', n.nspname, p.proname)
                                    FROM pg_catalog.pg_namespace n
                                   WHERE n.oid = p.pronamespace)
  """
