/// The tables of the state file.
enum Schema {
  /// Bumped when a table changes; a file of another number is refused.
  static let version = 1

  /// What makes reading fast and holds nothing of its own: a file of before gets it at its next start.
  static let indexes = """
    CREATE INDEX IF NOT EXISTS entries_begun ON entries (actor, at)
     WHERE kind = 'grant.activating';
    """

  /// `entries` is the ledger. `nodes` holds the hash of every complete subtree, so that a root or
  /// a proof at any size takes O(log n) reads. Everything else can be lost without losing history.
  static let statements = """
    CREATE TABLE entries (
        seq     INTEGER PRIMARY KEY,
        at      TEXT NOT NULL,
        kind    TEXT NOT NULL,
        request TEXT,
        actor   TEXT NOT NULL,
        body    BLOB NOT NULL
    ) STRICT;

    CREATE INDEX entries_by_request ON entries (request, seq) WHERE request IS NOT NULL;
    CREATE INDEX entries_submitted ON entries (actor, seq) WHERE kind = 'request.submitted';
    CREATE INDEX entries_submitted_by_anybody ON entries (seq) WHERE kind = 'request.submitted';

    CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

    CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

    CREATE TRIGGER entries_only_next BEFORE INSERT ON entries
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entries)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

    CREATE TABLE nodes (
        level    INTEGER NOT NULL,
        position INTEGER NOT NULL,
        hash     BLOB NOT NULL,
        PRIMARY KEY (level, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE checkpoint (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        note TEXT NOT NULL
    ) STRICT;

    -- What people wrote, for the commitments that the entries hold. May be erased.
    CREATE TABLE openings (
        commitment TEXT PRIMARY KEY,
        request    TEXT,
        salt       BLOB NOT NULL,
        text       BLOB NOT NULL   -- UTF-8; as text it would end at its first NUL
    ) STRICT;

    -- Which entries it takes to rebuild the live state: those of open requests, live grants and
    -- valid tokens, and the newest policy. Closed history is not read at start.
    CREATE TABLE live (
        subject TEXT NOT NULL,
        seq     INTEGER NOT NULL,
        PRIMARY KEY (subject, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE idempotency (
        actor       TEXT NOT NULL,
        key         TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        request     TEXT,
        at          INTEGER NOT NULL,
        PRIMARY KEY (actor, key)
    ) STRICT, WITHOUT ROWID;

    -- What entries name by its digest: the texts of policies that were in force, so that a broken
    -- file stops no revocation, and what an owner had before a grant that acts as it.
    CREATE TABLE policies (
        digest    TEXT PRIMARY KEY,
        documents BLOB NOT NULL
    ) STRICT;
    """
}
