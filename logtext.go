package logdoc

import (
	"encoding/json"
	"unicode/utf8"
)

// MarshalJSON writes log text so that it can be read back byte for byte: a string, or where that is no valid UTF-8, which JSON cannot hold, an object with the bytes. It is for what is
// kept; what is shown goes through package sanitize.
func (t LogText) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(map[string][]byte{"bytes": []byte(t)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *LogText) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err == nil {
		*t = LogText(s)
		return nil
	}
	var b struct{ Bytes []byte }
	if err := json.Unmarshal(text, &b); err != nil {
		return err
	}
	*t = LogText(b.Bytes)
	return nil
}
