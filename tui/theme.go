package tui

import (
	"strings"

	"github.com/muesli/termenv"

	"logdoc"
)

// Colors says how many colours a terminal has. The zero value is none: bold, faint and reversed text then do what they can, and every sign stays.
type Colors uint8

// What terminals can show.
const (
	NoColors Colors = iota
	Sixteen
	TwoHundred
	TrueColors
)

// Look says what the terminal looks like. The zero value has no colours.
type Look struct {
	Colors Colors
	// Light is true for dark letters on a light ground. It makes no difference with 16 colours, which are the terminal's own.
	Light bool
}

// role is what a piece of text is for. Only the theme knows which colour that is.
type role uint8

const (
	plain role = iota
	dim
	strong
	accent  // keys, the active tab
	rule    // lines between panes
	value   // what was captured
	good    // done
	bad     // failed
	change  // what alters the system
	matched // letters that a filter found
	cursor  // the cell that typing goes to
	// The severities, mildest first, as package logdoc has them.
	unrated
	debug
	info
	notice
	warning
	failure
	critical
	roles
)

// severityRole is the role of a severity's word and sign.
func severityRole(s logdoc.Severity) role { return unrated + role(min(s, logdoc.Critical)) }

// paint is how a role looks: attributes and a colour, empty for the terminal's own.
type paint struct {
	bold, faint, underline, reverse bool
	color                           string
}

// theme holds the escape sequence that begins each role, on the ground and on the row under the cursor.
type theme struct {
	begin, beginSelected [roles]string
	colorless            bool
}

var darkPaints = [roles]paint{
	plain: {}, dim: {color: "#8b98a5"}, strong: {bold: true}, accent: {color: "#7aa2f7"}, rule: {color: "#4a5463"}, value: {color: "#c3a6ff"},
	good: {color: "#8bd49c"}, bad: {color: "#ff6b81"}, change: {color: "#ffb86c", bold: true}, matched: {color: "#7aa2f7", underline: true}, cursor: {reverse: true},
	unrated: {color: "#8b98a5"}, debug: {color: "#8b98a5"}, info: {color: "#a9b7c6"},
	notice: {color: "#7fc8f8"}, warning: {color: "#e5c07b"}, failure: {color: "#ff9470"},
	critical: {color: "#ff6b81", bold: true},
}

var lightPaints = [roles]paint{
	plain: {}, dim: {color: "#5c6773"}, strong: {bold: true}, accent: {color: "#1d4ed8"}, rule: {color: "#b6c0cb"}, value: {color: "#6f42c1"},
	good: {color: "#1a7f37"}, bad: {color: "#b00020"}, change: {color: "#9a4b00", bold: true}, matched: {color: "#1d4ed8", underline: true}, cursor: {reverse: true},
	unrated: {color: "#5c6773"}, debug: {color: "#5c6773"}, info: {color: "#4a5560"},
	notice: {color: "#0b63a5"}, warning: {color: "#7d5700"}, failure: {color: "#b3430e"},
	critical: {color: "#b00020", bold: true},
}

// sixteenPaints name colours of the terminal's own palette, which its user has chosen to be readable on its ground.
var sixteenPaints = [roles]paint{
	plain: {}, dim: {faint: true}, strong: {bold: true}, accent: {color: "6"}, rule: {faint: true}, value: {color: "5"},
	good: {color: "2"}, bad: {color: "1"}, change: {color: "3", bold: true}, matched: {color: "6", underline: true}, cursor: {reverse: true},
	unrated: {faint: true}, debug: {faint: true}, info: {},
	notice: {color: "6"}, warning: {color: "3"}, failure: {color: "1"},
	critical: {color: "1", bold: true},
}

const (
	darkSelection  = "#2c3647"
	lightSelection = "#dce6f5"
)

func newTheme(l Look) theme {
	paints, ground, profile := &darkPaints, darkSelection, termenv.TrueColor
	if l.Light {
		paints, ground = &lightPaints, lightSelection
	}
	switch l.Colors {
	case NoColors, Sixteen:
		paints, ground, profile = &sixteenPaints, "", termenv.ANSI
	case TwoHundred:
		profile = termenv.ANSI256
	case TrueColors:
	}
	t := theme{colorless: l.Colors == NoColors}
	for r, p := range paints {
		if t.colorless {
			p.color = ""
		}
		t.begin[r] = p.sequence(profile, "", false)
		t.beginSelected[r] = p.sequence(profile, ground, true)
	}
	return t
}

// sequence is what begins text in this paint; empty for text as the terminal has it. The row under the cursor has a ground of its own, or is reversed where there is none.
func (p paint) sequence(profile termenv.Profile, ground string, selected bool) string {
	var codes []string
	if p.bold || selected && ground == "" {
		codes = append(codes, "1")
	}
	if p.faint && !selected {
		codes = append(codes, "2")
	}
	if p.underline {
		codes = append(codes, "4")
	}
	switch {
	case p.reverse, selected && ground == "":
		codes = append(codes, "7")
	case p.color != "":
		codes = append(codes, profile.Color(p.color).Sequence(false))
	}
	if selected && ground != "" {
		codes = append(codes, profile.Color(ground).Sequence(true))
	}
	if len(codes) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}
