CREATE TABLE events (
  id INTEGER PRIMARY KEY, source TEXT, line INTEGER, offset INTEGER, time TEXT, severity TEXT, level INTEGER, format TEXT, known TEXT,
  host TEXT, program TEXT, pid TEXT, code TEXT, message TEXT, thread TEXT, location TEXT, fields TEXT, text TEXT
);
CREATE VIRTUAL TABLE messages USING fts4(content="events", message);
CREATE TABLE findings (
  id INTEGER PRIMARY KEY, symptom TEXT, key TEXT, title TEXT, product TEXT, pack TEXT, severity TEXT, level INTEGER, certainty TEXT, state TEXT, first TEXT, last TEXT, cleared TEXT,
  count INTEGER, cause_id INTEGER, silenced TEXT, why TEXT
);
CREATE TABLE evidence (finding_id INTEGER, event TEXT, label TEXT, source TEXT, line INTEGER, offset INTEGER, time TEXT, text TEXT);
CREATE TABLE captures (finding_id INTEGER, name TEXT, label TEXT, value TEXT, computed INTEGER);
CREATE TABLE coverage (
  source TEXT, log TEXT, format TEXT, why TEXT, first TEXT, last TEXT, bytes INTEGER, lines INTEGER, records INTEGER, known_bad INTEGER, known_normal INTEGER, unexplained INTEGER, unread INTEGER
);
CREATE TABLE clean (name TEXT, title TEXT, product TEXT, key TEXT, expected INTEGER, records INTEGER, state TEXT, since TEXT);
CREATE TABLE unchecked (symptom TEXT, title TEXT, product TEXT, reason TEXT, collect TEXT);
CREATE TABLE unexplained (template TEXT, format TEXT, severity TEXT, level INTEGER, count INTEGER, source TEXT, line INTEGER, first TEXT, last TEXT, text TEXT);
CREATE TABLE steps (symptom TEXT, key TEXT, step TEXT, state TEXT, answer TEXT, tries INTEGER, note TEXT, changed TEXT);
