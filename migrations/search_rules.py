"""The search function and its helper, written once here: SECURITY DEFINER, a pinned search_path, the session's tenant alone.

How a chunk is scored, and why, stands in docs/knowledge.md; the numbers below are used nowhere else.
"""

from __future__ import annotations

from alembic import op

from migrations.policies import TENANT

CANDIDATES = 64  # of each way of finding: by heading, by body, by words
WORD_MATCHES = 600  # chunks looked at for their words at most; the commonest words are left out until they are so few
SAMPLE = 1000  # chunks that say how common a word is while nobody has counted
# Of 100,000 chunks, recall of the first 8 against exact search: 0.953 with 320, 200; 0.964 with 600, 200; 0.969 to 0.978
# with 400, 400, as the graph is built by chance; 0.987 with 500, 400 for 1 ms more (bench, g).
EF_SEARCH = 500
NEIGHBOURS, EF_CONSTRUCTION = 24, 128  # of the index; with the defaults (16, 64) 0.93 at 160 and 0.98 not before 500
SCANNED = 40_000  # entries of the index that a search may pass on its way to enough of its own tenant's
HEADING, BODY, WORDS = 1.0, 0.5, 0.6  # how much each part counts
WORDS_ALONE = 1.4  # the words of a chunk, or for a question, that has no vector (yet)
MIDDLE, STEEP = 0.58, 5.0  # the sum at which a chunk answers as often as not, and how fast that changes around it
SATURATION, LENGTH = 0.6, 0.5  # of the words' score, as k1 and b of BM25

_NEAREST = f"""
CREATE OR REPLACE FUNCTION nearest_chunks(probe halfvec, made_by text, wanted integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_sort = off
SET enable_seqscan = off
SET hnsw.ef_search = {EF_SEARCH}
SET hnsw.iterative_scan = strict_order
SET hnsw.max_scan_tuples = {SCANNED}
AS $function$
DECLARE
    field text;
    dimensions integer := vector_dims(probe);
    part uuid[];
    found uuid[] := '{{}}';
BEGIN
    FOREACH field IN ARRAY ARRAY['heading', 'body'] LOOP
        EXECUTE format(
            'SELECT array_agg(n.chunk_id) FROM (SELECT v.chunk_id FROM public.knowledge_vector v '
            'WHERE v.tenant_id = {TENANT.replace("'", "''")} AND v.is_large AND v.size = %1$s AND v.model = $2 '
            'ORDER BY (v.%2$I::public.halfvec(%1$s)) OPERATOR(public.<#>) $1::public.halfvec(%1$s) LIMIT $3) n',
            dimensions, field) INTO part USING probe, made_by, wanted;
        found := found || part;
    END LOOP;
    RETURN found;
END
$function$
"""  # noqa: S608  # TENANT and the numbers are ours

_SEARCH = f"""
CREATE FUNCTION search_chunks(
    query text, spoken text, asked_by uuid, asked text, asked_model text, wanted integer)
RETURNS TABLE (chunk_id uuid, entry_id uuid, document_id uuid, title text, said text, score double precision,
    heading_cosine double precision, body_cosine double precision, sentence_near double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
    tenant uuid := {TENANT};
    space public.knowledge_space%ROWTYPE;
    probe halfvec;
    probe_model text;
    pulled halfvec;
    pulled_heading double precision;
    pulled_body double precision;
    pulled_length double precision;
    heading_parts double precision[];
    body_parts double precision[];
    heading_square double precision;
    body_square double precision;
    middle_square double precision;
    in_heading tsquery[];
    in_chunk tsquery[];
    heading_weights double precision[];
    body_weights double precision[];
    all_heading double precision;
    all_body double precision;
    rare text;
    near uuid[] := '{{}}';
    matched uuid[];
BEGIN
    IF tenant IS NULL OR wanted < 1 THEN
        RETURN;
    END IF;
    SELECT s.* INTO space FROM public.knowledge_space s WHERE s.tenant_id = tenant;
    IF asked IS NOT NULL THEN
        probe := asked::halfvec;
        probe_model := asked_model;
    ELSIF asked_by IS NOT NULL THEN
        SELECT a.vector, a.model INTO probe, probe_model FROM public.asked_vector a
        WHERE a.tenant_id = tenant AND a.id = asked_by;
    END IF;
    IF probe_model IS DISTINCT FROM space.model OR vector_dims(probe) <> vector_dims(space.heading_mean) THEN
        probe := NULL;
    END IF;

    -- The query's words: how telling each is for a heading, and for a body, where every text has the small words.
    WITH word AS (
        SELECT DISTINCT w.lexeme
        FROM unnest(array_append(coalesce(space.languages, '{{}}'), coalesce(spoken, 'en'))) AS l(language),
            unnest(to_tsvector(text_rules(l.language), query)) AS w
    ), sample AS (
        SELECT c.words FROM public.knowledge_chunk c
        WHERE space.tenant_id IS NULL AND c.tenant_id = tenant AND c.retired_at IS NULL LIMIT {SAMPLE}
    ), number AS (
        SELECT coalesce(space.chunks, (SELECT count(*) FROM sample)) AS chunks
    ), counted AS (
        SELECT w.lexeme, n.chunks AS chunks, least(n.chunks, coalesce(t.chunks, (
                SELECT count(*) FROM sample s WHERE w.lexeme = ANY (tsvector_to_array(s.words)))))::float AS holding
        FROM word w CROSS JOIN number n
        LEFT JOIN public.knowledge_term t ON t.tenant_id = tenant AND t.lexeme = w.lexeme
        ORDER BY holding LIMIT 40
    ), weighed AS (
        SELECT chunks, lexeme, holding, ln(1 + chunks / greatest(holding, 0.5)) AS of_heading,
            ln(1 + (chunks - holding + 0.5) / (holding + 0.5)) AS of_body,
            sum(holding) OVER (ORDER BY holding, lexeme) AS together,
            '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' AS said
        FROM counted
    )
    SELECT array_agg((said || '\\:A')::tsquery), array_agg(said::tsquery), array_agg(of_heading), array_agg(of_body),
        sum(of_heading), sum(of_body),
        string_agg(said, '|') FILTER (WHERE chunks < {WORD_MATCHES} OR holding > 0
            AND (together <= {WORD_MATCHES} OR holding <= {WORD_MATCHES} / 4))
    INTO in_heading, in_chunk, heading_weights, body_weights, all_heading, all_body, rare FROM weighed;
    IF rare IS NOT NULL THEN
        SELECT array_agg(m.id) INTO matched FROM (
            SELECT f.id
            FROM (
                SELECT c.id, c.words FROM public.knowledge_chunk c
                WHERE c.tenant_id = tenant AND c.retired_at IS NULL AND c.words @@ rare::tsquery LIMIT 4 * {WORD_MATCHES}
            ) f
            ORDER BY (
                SELECT sum(t.of_body + CASE WHEN f.words @@ t.in_heading THEN t.of_heading ELSE 0 END)
                FROM unnest(in_chunk, in_heading, heading_weights, body_weights) AS t(word, in_heading, of_heading, of_body)
                WHERE f.words @@ t.word
            ) DESC, f.id
            LIMIT {CANDIDATES}
        ) m;
    END IF;

    -- The question, seen from the middle of the tenant's own and without what only tells questions from answers.
    IF probe IS NOT NULL THEN
        pulled := probe - space.heading_mean;
        SELECT coalesce(
            pulled - sum(array_fill((-(u <#> pulled))::real, ARRAY[vector_dims(u)])::vector * u::vector)::halfvec, pulled)
        INTO pulled FROM unnest(space.directions) u;
        pulled_length := sqrt(greatest(-((probe - space.heading_mean) <#> pulled), 1e-9));
        pulled_heading := -(pulled <#> space.heading_mean);
        pulled_body := -(pulled <#> space.body_mean);
        heading_square := -(space.heading_mean <#> space.heading_mean);
        body_square := -(space.body_mean <#> space.body_mean);
        middle_square := (heading_square + body_square - 2 * (space.heading_mean <#> space.body_mean)) / 4;
        SELECT coalesce(array_agg(-(u <#> space.heading_mean) ORDER BY place), '{{}}'),
            coalesce(array_agg(-(u <#> space.body_mean) ORDER BY place), '{{}}')
        INTO heading_parts, body_parts FROM unnest(space.directions) WITH ORDINALITY AS d(u, place);
        IF space.is_large AND vector_dims(probe) IN (SIZES) THEN
            near := public.nearest_chunks(pulled, space.model, {CANDIDATES});
        ELSE
            SELECT coalesce(array_agg(n.chunk_id), '{{}}') INTO near FROM (
                (SELECT v.chunk_id FROM public.knowledge_vector v
                WHERE v.tenant_id = tenant AND v.model = space.model AND v.heading IS NOT NULL
                ORDER BY v.heading <#> pulled LIMIT {CANDIDATES})
                UNION
                (SELECT v.chunk_id FROM public.knowledge_vector v
                WHERE v.tenant_id = tenant AND v.model = space.model
                ORDER BY v.body <#> pulled LIMIT {CANDIDATES})
            ) n;
        END IF;
    END IF;

    RETURN QUERY
    WITH direction AS MATERIALIZED (
        SELECT * FROM unnest(space.directions, heading_parts, body_parts) AS d(u, in_heading, in_body)
    ), candidate AS (
        SELECT DISTINCT x.id FROM unnest(near || matched) AS x(id)
    ), seen AS (
        SELECT c.id, c.entry_id, c.document_id, c.heading AS title, c.text AS said,
            c.words, length(ts_filter(c.words, '{{a}}')) AS heading_words,
            CASE WHEN probe IS NOT NULL THEN v.heading END AS heading, CASE WHEN probe IS NOT NULL THEN v.body END AS body,
            v.sentences
        FROM candidate x
        JOIN public.knowledge_chunk c ON c.tenant_id = tenant AND c.id = x.id AND c.retired_at IS NULL
            AND num_nonnulls(c.entry_id, c.document_id) = 1
        LEFT JOIN public.knowledge_vector v ON v.tenant_id = tenant AND v.chunk_id = x.id AND v.model = space.model
    ), measured AS (
        SELECT s.*, w.of_heading, w.of_body,
            (-(s.heading <#> pulled) - pulled_heading) / pulled_length / sqrt(greatest(
                -(s.heading <#> s.heading) + 2 * (s.heading <#> space.heading_mean) + heading_square
                - taken.heading, 1e-6)) AS heading_near,
            (-(s.body <#> pulled) - pulled_body) / pulled_length / sqrt(greatest(
                -(s.body <#> s.body) + 2 * (s.body <#> space.body_mean) + body_square
                - taken.body, 1e-6)) AS body_near
        FROM seen s CROSS JOIN LATERAL (
            SELECT coalesce(sum(t.of_heading) FILTER (WHERE s.words @@ t.in_heading), 0)
                    / greatest(all_heading, 1e-9) * {1 + SATURATION}
                    / (1 + {SATURATION} * (1 - {LENGTH} + {LENGTH} * s.heading_words
                        / greatest(coalesce(space.heading_words, 8), 1))) AS of_heading,
                coalesce(sum(t.of_body), 0) / greatest(all_body, 1e-9) AS of_body
            FROM unnest(in_chunk, in_heading, heading_weights, body_weights) AS t(word, in_heading, of_heading, of_body)
            WHERE s.words @@ t.word
        ) w CROSS JOIN LATERAL (
            SELECT coalesce(sum((-(d.u <#> s.heading) - d.in_heading) ^ 2), 0) AS heading,
                coalesce(sum((-(d.u <#> s.body) - d.in_body) ^ 2), 0) AS body
            FROM direction d
        ) taken
    ), best AS (
        SELECT m.*, total.points
        FROM measured m CROSS JOIN LATERAL (
            SELECT CASE
                WHEN m.body_near IS NULL THEN {WORDS_ALONE} * greatest(m.of_heading, m.of_body)
                ELSE {HEADING} * coalesce(m.heading_near, m.body_near) + {BODY} * m.body_near + {WORDS} *
                    CASE WHEN m.entry_id IS NOT NULL THEN m.of_heading ELSE greatest(m.of_heading, m.of_body) END
                END AS points
        ) total
        ORDER BY total.points DESC, m.id
        LIMIT least(wanted, 100)
    )
    SELECT b.id, b.entry_id, b.document_id, b.title, b.said,
        1 / (1 + exp(-{STEEP} * (b.points - {MIDDLE}))),
        -(b.heading <#> probe), -(b.body <#> probe),
        CASE WHEN b.body_near IS NOT NULL THEN coalesce((
            SELECT max((-(u <#> pulled) - (pulled_heading + pulled_body) / 2) / pulled_length / sqrt(greatest(
                -(u <#> u) + (u <#> space.heading_mean) + (u <#> space.body_mean) + middle_square, 1e-6)))
            FROM unnest(b.sentences) u), b.body_near) END
    FROM best b
    ORDER BY b.points DESC, b.id;
END
$function$
"""  # noqa: S608


def create(sizes: tuple[int, ...]) -> None:
    """Both functions, or their latest text, owned by `frontdesk_search`; the application may call the search alone.

    Columns may be added to what the search returns: the previous release names those it knows, from the first on.
    """
    search = "search_chunks(text, text, uuid, text, text, integer)"
    nearest = "nearest_chunks(halfvec, text, integer)"
    op.execute("SELECT '[1]'::vector")  # loads the library: until then nobody but a superuser may name its settings
    op.execute("GRANT CREATE ON SCHEMA public TO frontdesk_search")
    op.execute("SET LOCAL ROLE frontdesk_search")
    op.execute(_NEAREST)
    op.execute(f"DROP FUNCTION IF EXISTS {search}")
    op.execute(_SEARCH.replace("SIZES", ", ".join(str(size) for size in sizes)))
    for function in (nearest, search):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {search} TO frontdesk_app")
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA public FROM frontdesk_search")
