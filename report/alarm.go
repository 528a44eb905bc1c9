package report

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// AlarmSchemaVersion is the version of an alarm's JSON. It changes when a reader of the old one could be misled.
const AlarmSchemaVersion = "1"

type jsonAlarm struct {
	SchemaVersion string          `json:"schema_version"`
	Time          *time.Time      `json:"time"`
	From          text            `json:"from"`
	Turn          logdoc.TurnKind `json:"turn"`
	Repeats       int             `json:"repeats"`
	Finding       jsonFinding     `json:"finding"`
}

// AlarmJSON writes one alarm for a program: a line that docs/alarm.schema.json describes, with the finding as it stands in the JSON report.
func AlarmJSON(w io.Writer, a logdoc.Alarm) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(jsonAlarm{
		SchemaVersion: AlarmSchemaVersion, Time: instant(a.Time), From: sanitize.JSON(a.From), Turn: a.Kind, Repeats: a.Repeats, Finding: jsonFindingOf(a.Finding),
	}); err != nil {
		return err
	}
	_, err := w.Write(sanitize.EscapeJSON(line.Bytes()))
	return err
}
