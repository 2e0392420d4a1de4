-- The index of a registry: a cache for asking questions, made from the statements and the log.
-- Digests are 64 hexadecimal digits; `folded` is a name in lower case. Portable SQL, no SQLite types.

CREATE TABLE about (
	name  VARCHAR(32) PRIMARY KEY,      -- version, origin, size, root
	value VARCHAR(300) NOT NULL
);

-- One row for each statement and key that is logged; where its body is not here (withheld), `digest`
-- and `declared` are '', and `kind`, `subject` and `folded` are what its claim says, or ''.
CREATE TABLE statement (
	log_index BIGINT PRIMARY KEY,
	identity  CHAR(64) NOT NULL,
	signer    CHAR(64) NOT NULL,
	kind      VARCHAR(32) NOT NULL,
	subject   VARCHAR(1024) NOT NULL,
	digest    CHAR(64) NOT NULL,        -- of the subject
	folded    VARCHAR(300) NOT NULL,    -- owner/name that it is about, or ''
	declared  VARCHAR(32) NOT NULL
);
CREATE INDEX statement_identity ON statement(identity);
CREATE INDEX statement_digest ON statement(digest);
CREATE INDEX statement_folded ON statement(folded, log_index);

-- A name exists by its claim; the lowest index wins.
CREATE TABLE claim (
	folded    VARCHAR(330) PRIMARY KEY, -- owner/name@version, or owner/name:alias#serial
	family    VARCHAR(200) NOT NULL,    -- owner/name in lower case
	kind      VARCHAR(32) NOT NULL,
	name      VARCHAR(200) NOT NULL,    -- owner/name as it was spelled
	version   VARCHAR(100) NOT NULL,    -- or the alias
	alias     SMALLINT NOT NULL,
	serial    BIGINT NOT NULL,
	identity  CHAR(64) NOT NULL,        -- of the statement that is claimed
	target    CHAR(64),                 -- of an alias
	log_index BIGINT NOT NULL
);
CREATE INDEX claim_family ON claim(family, log_index);
CREATE INDEX claim_identity ON claim(identity);

-- What refers to what: the lineage.
CREATE TABLE edge (
	identity CHAR(64) NOT NULL,         -- who says so
	relation VARCHAR(32) NOT NULL,      -- of, data, parent, run, checkpoint, target, outputs, derivedFrom
	name     VARCHAR(300) NOT NULL,
	towards  CHAR(64) NOT NULL,         -- the statement it refers to
	PRIMARY KEY (identity, relation, towards)
);
CREATE INDEX edge_towards ON edge(towards, relation, identity);

-- What was found by who did a derivation again: its own signer, or a verification of somebody.
CREATE TABLE proof (
	identity   CHAR(64) NOT NULL,       -- who says so
	derivation CHAR(64) NOT NULL,
	outcome    SMALLINT NOT NULL,       -- enum derivation_proof, but for DERIVATION_DECLARED
	PRIMARY KEY (identity, derivation)
);
CREATE INDEX proof_derivation ON proof(derivation);

-- What a statement commits to in the place of a reference, and does not tell (section 3).
CREATE TABLE undisclosed (
	identity CHAR(64) NOT NULL,         -- whose it is
	relation VARCHAR(32) NOT NULL,      -- data, parent, run, git, diff, projects
	place    BIGINT NOT NULL,
	PRIMARY KEY (identity, relation, place)
);

-- Every digest that a statement mentions, as subject or anywhere in its predicate.
CREATE TABLE mention (
	digest   CHAR(64) NOT NULL,
	identity CHAR(64) NOT NULL,
	PRIMARY KEY (digest, identity)
);

-- The files of the checkpoints' and datasets' manifests.
CREATE TABLE file (
	manifest CHAR(64) NOT NULL,
	place    BIGINT NOT NULL,
	sha256   CHAR(64) NOT NULL,
	PRIMARY KEY (manifest, place)
);
CREATE INDEX file_sha256 ON file(sha256);

-- By what a checkpoint's weights are found again (registry/lint/likeness.h).
CREATE TABLE likeness (
	mark     CHAR(16) NOT NULL,         -- of a tensor's root, or of the shapes of all
	manifest CHAR(64) NOT NULL,
	PRIMARY KEY (mark, manifest)
);

-- What notes say, as a search compares it (verify/text_fold.h).
CREATE TABLE note (
	identity CHAR(64) PRIMARY KEY,
	folded   TEXT NOT NULL,
	replaces CHAR(64)                   -- the note whose place it takes
);
CREATE INDEX note_replaces ON note(replaces);

-- Runs, and how they ended: what node time is reckoned from.
CREATE TABLE run (
	identity   CHAR(64) PRIMARY KEY,
	folded     VARCHAR(300) NOT NULL,   -- owner/name
	cluster    VARCHAR(256) NOT NULL,   -- that its scheduler names, or ''
	began      BIGINT,                  -- seconds since 1970
	afterwards SMALLINT NOT NULL        -- declared afterwards, for a time that was past
);
CREATE TABLE completion (
	log_index  BIGINT PRIMARY KEY,
	run        CHAR(64) NOT NULL,       -- the statement that declared it
	folded     VARCHAR(300) NOT NULL,
	outcome    SMALLINT NOT NULL,       -- enum run_outcome
	began      BIGINT NOT NULL,
	seconds    BIGINT NOT NULL,
	bound      SMALLINT NOT NULL,       -- at least so long
	nodes      BIGINT NOT NULL,
	gpus       BIGINT NOT NULL,         -- of all nodes
	gpus_known SMALLINT NOT NULL
);
CREATE INDEX completion_run ON completion(run, log_index);

-- What is counted of checkpoints and datasets for a year's report.
CREATE TABLE figure (
	identity   CHAR(64) PRIMARY KEY,
	parameters BIGINT NOT NULL,
	tokens     BIGINT NOT NULL,         -- by the programme's tokenizer
	tokens_ja  BIGINT NOT NULL
);

-- What an evaluation says of itself, and its scores. `sampling` is canonical JSON.
CREATE TABLE evaluation (
	identity    CHAR(64) PRIMARY KEY,   -- of the eval
	format      VARCHAR(64) NOT NULL,
	harness     VARCHAR(128) NOT NULL,  -- its version, or ''
	harness_git VARCHAR(128) NOT NULL,
	model       VARCHAR(1024) NOT NULL, -- as the file names it
	file        CHAR(64) NOT NULL,
	evaluated   VARCHAR(32) NOT NULL,   -- when, as the file says, or ''
	sampling    TEXT NOT NULL,          -- or ''
	dtype       VARCHAR(64) NOT NULL,   -- that the model ran in, or ''
	contradicts VARCHAR(300) NOT NULL   -- the checkpoint, in what: words with blanks, or ''
);

-- Cards, and the model that each describes.
CREATE TABLE card (
	identity CHAR(64) PRIMARY KEY,
	folded   VARCHAR(300) NOT NULL      -- owner/name of the model
);
CREATE INDEX card_folded ON card(folded);

CREATE TABLE score (
	identity CHAR(64) NOT NULL,         -- of the eval
	place    BIGINT NOT NULL,
	task     VARCHAR(200) NOT NULL,
	metric   VARCHAR(100) NOT NULL,
	filter   VARCHAR(100) NOT NULL,
	value    VARCHAR(64) NOT NULL,      -- decimals stay text; '' unless scored
	deviation VARCHAR(64),
	state    VARCHAR(16) NOT NULL,      -- scored, not-run, failed, invalidated
	version  VARCHAR(64),               -- of the task
	task_hash VARCHAR(128),
	shots    BIGINT,
	samples  BIGINT,                    -- items that count
	better   SMALLINT,                  -- 1: higher is better, 0: lower
	grouped  SMALLINT NOT NULL,         -- it is of a group of tasks
	part_of  VARCHAR(200),              -- the group that the task belongs to
	items    CHAR(64),                  -- object of what was written about each item
	PRIMARY KEY (identity, place)
);
