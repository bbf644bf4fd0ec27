"""What the database itself keeps about knowledge: how words are made of a text, and that an entry's chunk follows its entry."""

from __future__ import annotations

from alembic import op

LANGUAGES = {  # ISO 639-1 to the stemmer of Postgres; any other language keeps its words as they are
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "pt": "portuguese",
    "it": "italian",
    "nl": "dutch",
    "tr": "turkish",
}
PLAIN = "simple"


def need_extensions(*extensions: str) -> None:
    """Make what Postgres ships but a plain role may not always make; a sentence says who can.

    `unaccent` and `btree_gin` are trusted: the owner of the database makes them. `vector` is not: an administrator makes
    it once in each database (or the provider's own switch does), and it is used from then on.
    """
    for extension in extensions:
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = '{extension}') THEN
                    CREATE EXTENSION {extension};
                END IF;
            EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
                RAISE EXCEPTION USING MESSAGE = format(
                    'Frontdesk needs the Postgres extension %s and %s may not create it. As an administrator of the '
                    'server run: CREATE EXTENSION %s; in the database %s, then migrate again.',
                    '{extension}', current_user, '{extension}', current_database());
            END $$
            """  # constants of ours
        )


def create_word_rules() -> None:
    """One text-search configuration for each stemmer, with accents taken off first: visitors leave them out.

    Small words stay: "how long" or "where" tell one short question from another better than its nouns, and how common
    a word is among the tenant's chunks says how little it weighs (MAP of the words alone, on 1,387 questions: 0.58
    without small words, 0.71 with them). A later change of a configuration must write `knowledge_chunk.words` again.
    """
    for stemmer in (*LANGUAGES.values(), PLAIN):
        op.execute(f"CREATE TEXT SEARCH CONFIGURATION public.frontdesk_{stemmer} (COPY = pg_catalog.{stemmer})")
        dictionary = f"public.frontdesk_{stemmer}"
        template = "simple" if stemmer == PLAIN else f"snowball, LANGUAGE = {stemmer}"
        op.execute(f"CREATE TEXT SEARCH DICTIONARY {dictionary} (TEMPLATE = pg_catalog.{template})")
        op.execute(
            f"ALTER TEXT SEARCH CONFIGURATION public.frontdesk_{stemmer} "
            f"ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, hword, hword_part, word WITH unaccent, {dictionary}"
        )
    cases = " ".join(
        f"WHEN '{language}' THEN 'public.frontdesk_{stemmer}'::pg_catalog.regconfig"
        for language, stemmer in LANGUAGES.items()
    )
    op.execute(
        "CREATE FUNCTION text_rules(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        f"RETURN CASE left(language, 2) {cases} ELSE 'public.frontdesk_{PLAIN}'::pg_catalog.regconfig END"
    )
    op.execute(
        "CREATE FUNCTION chunk_words(language text, heading text, said text) RETURNS tsvector "
        "LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN "
        "setweight(to_tsvector(text_rules(language), left(heading, 20000)), 'A') "
        "|| setweight(to_tsvector(text_rules(language), left(said, 200000)), 'B')"
    )


def follow_entries() -> None:
    """An entry's chunk is made, replaced and retired in the statement that writes the entry, whoever writes it.

    Runs as whoever writes: row-level security holds within.
    """
    op.execute(
        """
        CREATE FUNCTION follow_entries() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                UPDATE public.knowledge_chunk c SET retired_at = now()
                FROM before b LEFT JOIN public.knowledge_entry e ON e.tenant_id = b.tenant_id AND e.id = b.id
                WHERE c.tenant_id = b.tenant_id AND c.entry_id = b.id AND c.retired_at IS NULL
                    AND (e.id IS NULL OR (c.heading, c.text) IS DISTINCT FROM (e.question, e.answer));
            END IF;
            RETURN NULL;
        END
        $function$
        """
    )
    op.execute(
        """
        CREATE FUNCTION chunk_entries() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            INSERT INTO public.knowledge_chunk (tenant_id, id, entry_id, heading, text, language)
            SELECT a.tenant_id, gen_random_uuid(), a.id, a.question, a.answer, coalesce(t.language, 'en')
            FROM after a LEFT JOIN public.tenant_configuration t ON t.tenant_id = a.tenant_id
            WHERE NOT EXISTS (
                SELECT FROM public.knowledge_chunk c
                WHERE c.tenant_id = a.tenant_id AND c.entry_id = a.id AND c.retired_at IS NULL
            );
            RETURN NULL;
        END
        $function$
        """
    )
    op.execute(
        """
        CREATE FUNCTION speak_language() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            UPDATE public.knowledge_chunk c SET language = NEW.language
            WHERE c.tenant_id = NEW.tenant_id AND c.entry_id IS NOT NULL AND c.retired_at IS NULL;
            RETURN NULL;
        END
        $function$
        """
    )
    old, new = "REFERENCING OLD TABLE AS before", "REFERENCING NEW TABLE AS after"
    for name, event, tables, function in (  # those of one event run in the order of their names: retired, then made
        ("chunk_1_retired_after_update", "UPDATE", old, "follow_entries"),
        ("chunk_2_made_after_update", "UPDATE", new, "chunk_entries"),
        ("chunk_made_after_insert", "INSERT", new, "chunk_entries"),
        ("chunk_retired_after_delete", "DELETE", old, "follow_entries"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON knowledge_entry {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    op.execute(
        "CREATE TRIGGER chunks_speak_language AFTER UPDATE OF language ON tenant_configuration FOR EACH ROW "
        "WHEN (OLD.language IS DISTINCT FROM NEW.language) EXECUTE FUNCTION speak_language()"
    )


def chunk_what_is_there() -> None:
    """A chunk for every entry of every tenant; the caller has lifted the tables."""
    op.execute(
        "INSERT INTO knowledge_chunk (tenant_id, id, entry_id, heading, text, language) "
        "SELECT e.tenant_id, gen_random_uuid(), e.id, e.question, e.answer, coalesce(t.language, 'en') "
        "FROM knowledge_entry e LEFT JOIN tenant_configuration t ON t.tenant_id = e.tenant_id"
    )


def entries_keep_their_language() -> None:
    """A change of the tenant's language leaves alone the entries that tell theirs themselves."""
    op.execute(
        """
        CREATE OR REPLACE FUNCTION speak_language() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp
        AS $function$
        BEGIN
            UPDATE public.knowledge_chunk c SET language = NEW.language
            WHERE c.tenant_id = NEW.tenant_id AND c.entry_id IS NOT NULL AND c.retired_at IS NULL AND NOT c.detected;
            RETURN NULL;
        END
        $function$
        """
    )
