-- What logdoc keeps. Times are nanoseconds since 1970 UTC, NULL where there is none; severities, certainties and states are numbers, mildest first. The views at the end
-- say the same in words. Columns called "told" are JSON of what is only ever read as a whole. Log text stands here as it was: it is hostile to a terminal.

CREATE TABLE cases (
  id        INTEGER PRIMARY KEY AUTOINCREMENT, -- the number by which a case is called, never given twice
  name      TEXT UNIQUE,
  kind      TEXT NOT NULL CHECK (kind IN ('report', 'open', 'tail')),
  paths     TEXT NOT NULL,                     -- JSON list
  input     TEXT NOT NULL,                     -- of the paths: the same for the same
  created   INTEGER NOT NULL,
  changed   INTEGER NOT NULL,
  capture   INTEGER,
  version   TEXT NOT NULL,                     -- of the logdoc that made it
  told      TEXT NOT NULL,
  worked    INTEGER NOT NULL DEFAULT 0,        -- how often the work on it was kept
  committed INTEGER NOT NULL DEFAULT 0,        -- matches that were ever kept, of a tail
  pruned    INTEGER NOT NULL DEFAULT 0,        -- matches of these that were removed since
  state     BLOB                               -- what a tail wants to find again
) STRICT;
CREATE INDEX cases_by_input ON cases (input);

CREATE TABLE hosts (
  case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  host    TEXT NOT NULL,
  PRIMARY KEY (case_id, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
  id        INTEGER PRIMARY KEY,
  case_id   INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  place     INTEGER NOT NULL,                  -- where it stands in the diagnosis
  cause_id  INTEGER REFERENCES findings ON DELETE CASCADE, -- the finding that explains it
  symptom   TEXT NOT NULL,
  key       TEXT NOT NULL,
  title     TEXT NOT NULL,
  product   TEXT NOT NULL,
  pack      TEXT NOT NULL,
  severity  INTEGER NOT NULL,
  certainty INTEGER NOT NULL,
  state     INTEGER NOT NULL,
  first     INTEGER,
  last      INTEGER,
  cleared   INTEGER,
  count     INTEGER NOT NULL,
  silenced  TEXT,                              -- JSON: by which silence
  told      TEXT NOT NULL
) STRICT;
CREATE INDEX findings_by_case ON findings (case_id, symptom, key);
CREATE INDEX findings_by_cause ON findings (cause_id);
CREATE INDEX findings_by_symptom ON findings (symptom, key);

CREATE TABLE evidence (
  finding_id INTEGER NOT NULL REFERENCES findings ON DELETE CASCADE,
  place      INTEGER NOT NULL,
  event      TEXT NOT NULL,
  label      TEXT NOT NULL,
  source     TEXT NOT NULL,
  line       INTEGER NOT NULL,
  offset     INTEGER NOT NULL,
  time       INTEGER,
  text       TEXT NOT NULL,
  PRIMARY KEY (finding_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  case_id      INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  place        INTEGER NOT NULL,
  source       TEXT NOT NULL,
  log          TEXT NOT NULL,
  format       TEXT NOT NULL,
  why          TEXT NOT NULL,
  first        INTEGER,
  last         INTEGER,
  bytes        INTEGER NOT NULL,
  lines        INTEGER NOT NULL,
  records      INTEGER NOT NULL,
  known_bad    INTEGER NOT NULL,
  known_normal INTEGER NOT NULL,
  unexplained  INTEGER NOT NULL,
  unread       INTEGER NOT NULL,
  told         TEXT NOT NULL,
  PRIMARY KEY (case_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
  case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  place   INTEGER NOT NULL,
  symptom TEXT NOT NULL,
  key     TEXT NOT NULL,
  step    TEXT NOT NULL,
  state   INTEGER NOT NULL,
  answer  TEXT NOT NULL,
  tries   INTEGER NOT NULL,
  note    TEXT NOT NULL,
  changed INTEGER,
  PRIMARY KEY (case_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
  case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  place   INTEGER NOT NULL,
  source  TEXT NOT NULL,
  line    INTEGER NOT NULL,
  offset  INTEGER NOT NULL,
  time    INTEGER,
  text    TEXT NOT NULL,
  note    TEXT NOT NULL,
  PRIMARY KEY (case_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  id      INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  time    INTEGER NOT NULL,
  text    TEXT NOT NULL
) STRICT;
CREATE INDEX notes_by_case ON notes (case_id);

-- What follows is of cases that are followed.

CREATE TABLE patterns (
  id      INTEGER PRIMARY KEY,
  symptom TEXT NOT NULL,
  event   TEXT NOT NULL,
  UNIQUE (symptom, event)
) STRICT;

CREATE TABLE logs (
  id      INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  source  TEXT NOT NULL,
  UNIQUE (case_id, source)
) STRICT;

-- No foreign keys here, which would be looked up for each of a million rows: logdoc doctor checks them.
CREATE TABLE matches (
  id       INTEGER PRIMARY KEY,                -- the order in which they came
  log_id   INTEGER NOT NULL,
  pattern_id INTEGER NOT NULL,
  time     INTEGER NOT NULL,
  clock    INTEGER NOT NULL,
  line     INTEGER NOT NULL,
  offset   INTEGER NOT NULL,
  rank     INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  text     TEXT NOT NULL,
  captures TEXT                                -- JSON object
) STRICT;

-- Up to which match there were how many at the end of an hour: so is known which are old.
CREATE TABLE hours (
  case_id    INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  hour       INTEGER NOT NULL,                 -- since 1970
  last_match INTEGER NOT NULL,
  PRIMARY KEY (case_id, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE turns (
  id        INTEGER PRIMARY KEY,
  case_id   INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  time      INTEGER NOT NULL,                  -- when it was kept
  kind      TEXT NOT NULL,
  symptom   TEXT NOT NULL,
  key       TEXT NOT NULL,
  severity  INTEGER NOT NULL,
  certainty INTEGER NOT NULL,
  count     INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_by_case ON turns (case_id, time);

CREATE TABLE positions (
  id            INTEGER PRIMARY KEY,
  case_id       INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  path          TEXT NOT NULL,
  device        INTEGER NOT NULL,
  inode         INTEGER NOT NULL,
  offset        INTEGER NOT NULL,
  line          INTEGER NOT NULL,
  head_length   INTEGER NOT NULL,
  head_sum      BLOB NOT NULL,
  before_length INTEGER NOT NULL,
  before_sum    BLOB NOT NULL,
  changed       INTEGER,
  after_match   INTEGER NOT NULL               -- the newest match of any log before this content was read
) STRICT;
CREATE INDEX positions_by_file ON positions (case_id, device, inode);

CREATE TABLE outbox (
  id    INTEGER PRIMARY KEY,
  sink  TEXT NOT NULL,
  body  BLOB NOT NULL,
  due   INTEGER NOT NULL,
  tries INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_due ON outbox (due);

CREATE VIEW case_list AS -- one row a case
SELECT c.id, c.name, c.kind, strftime('%Y-%m-%d %H:%M:%S', c.created / 1000000000, 'unixepoch') AS created,
       strftime('%Y-%m-%d %H:%M:%S', c.capture / 1000000000, 'unixepoch') AS capture, c.paths,
       (SELECT count(*) FROM findings f WHERE f.case_id = c.id AND f.silenced IS NULL) AS findings
FROM cases c;

CREATE VIEW finding_list AS -- one row a finding, consequences too
SELECT f.case_id, f.symptom, f.key, f.title,
       CASE f.severity WHEN 6 THEN 'critical' WHEN 5 THEN 'error' WHEN 4 THEN 'warning' WHEN 3 THEN 'notice' WHEN 2 THEN 'info' WHEN 1 THEN 'debug' ELSE 'unrated' END AS severity,
       CASE f.certainty WHEN 3 THEN 'certain' WHEN 2 THEN 'likely' WHEN 1 THEN 'possible' ELSE 'nothing' END AS certainty,
       CASE f.state WHEN 1 THEN 'cleared' WHEN 2 THEN 'stale' ELSE 'active' END AS state,
       strftime('%Y-%m-%d %H:%M:%S', f.first / 1000000000, 'unixepoch') AS first, strftime('%Y-%m-%d %H:%M:%S', f.last / 1000000000, 'unixepoch') AS last,
       f.count, c.symptom AS cause, f.silenced IS NOT NULL AS silenced
FROM findings f LEFT JOIN findings c ON c.id = f.cause_id;

CREATE VIEW match_list AS -- one row a match of a followed log
SELECT l.case_id, m.id, p.symptom, p.event, strftime('%Y-%m-%d %H:%M:%f', m.time / 1000000000.0, 'unixepoch') AS time, l.source, m.line, m.text, m.captures
FROM matches m JOIN logs l ON l.id = m.log_id JOIN patterns p ON p.id = m.pattern_id;

CREATE VIEW step_list AS -- what was done about a finding
SELECT s.case_id, s.symptom, s.key, s.step, CASE s.state WHEN 1 THEN 'done' WHEN 2 THEN 'failed' WHEN 3 THEN 'skipped' ELSE 'open' END AS state, s.answer, s.note,
       strftime('%Y-%m-%d %H:%M:%S', s.changed / 1000000000, 'unixepoch') AS changed
FROM steps s;
