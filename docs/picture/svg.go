package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
)

// The cell of a terminal in the picture's units, and the colours where the capture states none.
const (
	cellWidth, cellHeight = 8.4, 18.0
	margin                = 14.0
	ground                = "#171b22"
	ink                   = "#d5dbe3"
)

// look is how text is written from some point on.
type look struct {
	color, ground                   string
	bold, faint, underline, reverse bool
}

// piece is text in one look; column counts cells from the left.
type piece struct {
	look
	column, cells int
	text          string
}

// svg draws a capture.
func svg(capture string) (string, error) {
	rows := strings.Split(strings.TrimSuffix(capture, "\n"), "\n")
	var shapes, letters strings.Builder
	columns := 0
	for i, row := range rows {
		pieces, err := parse(row)
		if err != nil {
			return "", fmt.Errorf("row %d: %w", i+1, err)
		}
		top := margin + float64(i)*cellHeight
		for _, p := range pieces {
			columns = max(columns, p.column+p.cells)
			p.draw(&shapes, &letters, top)
		}
	}
	width, height := 2*margin+float64(columns)*cellWidth, 2*margin+float64(len(rows))*cellHeight
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s">`+"\n", number(width), number(height))
	fmt.Fprintf(&out, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", ground)
	out.WriteString(shapes.String())
	fmt.Fprintf(&out, `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="%s">`+"\n", ink)
	out.WriteString(letters.String())
	out.WriteString("</g>\n</svg>\n")
	return out.String(), nil
}

// draw adds the piece's ground and its letters. Letters are stretched to their cells, whatever the reader's font.
func (p piece) draw(shapes, letters *strings.Builder, top float64) {
	color, under := p.color, p.ground
	if p.reverse {
		color, under = ground, ink
		if p.color != "" {
			under = p.color
		}
	}
	x, width := margin+float64(p.column)*cellWidth, float64(p.cells)*cellWidth
	if under != "" {
		fmt.Fprintf(shapes, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n", number(x), number(top), number(width), number(cellHeight), under)
	}
	if strings.TrimSpace(p.text) == "" {
		return
	}
	fmt.Fprintf(letters, `<text xml:space="preserve" x="%s" y="%s" textLength="%s" lengthAdjust="spacingAndGlyphs"`, number(x), number(top+cellHeight*0.76), number(width))
	for _, attribute := range []struct {
		on   bool
		text string
	}{
		{color != "", ` fill="` + color + `"`}, {p.bold, ` font-weight="bold"`}, {p.faint, ` opacity="0.6"`}, {p.underline, ` text-decoration="underline"`},
	} {
		if attribute.on {
			letters.WriteString(attribute.text)
		}
	}
	letters.WriteString(">")
	// It fails only where the writer does, and this one does not.
	_ = xml.EscapeText(letters, []byte(p.text))
	letters.WriteString("</text>\n")
}

// number writes a length to the hundredth.
func number(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

// parse splits a row at its escape sequences.
func parse(row string) ([]piece, error) {
	var pieces []piece
	var now look
	column := 0
	for row != "" {
		text, rest, found := strings.Cut(row, "\x1b")
		if text != "" {
			n := runewidth.StringWidth(text)
			pieces = append(pieces, piece{now, column, n, text})
			column += n
		}
		if !found {
			break
		}
		codes, after, ok := strings.Cut(strings.TrimPrefix(rest, "["), "m")
		if !ok || !strings.HasPrefix(rest, "[") {
			return nil, errors.New("an escape sequence that is no colour")
		}
		if err := now.set(strings.Split(codes, ";")); err != nil {
			return nil, err
		}
		row = after
	}
	return pieces, nil
}

// set changes the look as a sequence says.
func (l *look) set(codes []string) error {
	for i := 0; i < len(codes); i++ {
		switch codes[i] {
		case "0":
			*l = look{}
		case "1":
			l.bold = true
		case "2":
			l.faint = true
		case "4":
			l.underline = true
		case "7":
			l.reverse = true
		case "38", "48":
			if i+4 >= len(codes) || codes[i+1] != "2" {
				return fmt.Errorf("a colour that is not written with red, green and blue: %s", strings.Join(codes, ";"))
			}
			color := "#"
			for _, part := range codes[i+2 : i+5] {
				n, err := strconv.ParseUint(part, 10, 8)
				if err != nil {
					return fmt.Errorf("a colour: %w", err)
				}
				color += fmt.Sprintf("%02x", n)
			}
			if codes[i] == "38" {
				l.color = color
			} else {
				l.ground = color
			}
			i += 4
		default:
			return fmt.Errorf("a look that is not known: %s", codes[i])
		}
	}
	return nil
}
