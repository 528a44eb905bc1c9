package diagnose

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"logdoc"
	"logdoc/source"
)

func TestHosts(t *testing.T) {
	packs, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var h Hosts
	if h.Done() {
		t.Error("done before anything was read")
	}
	if _, err := Run(context.Background(), packs, Options{Paths: []string{"../../samples/luna-logs.tgz"}, Files: source.Disk{}, Hosts: &h}); err != nil {
		t.Fatal(err)
	}
	if names, full := h.Names(); full || !h.Done() || !slices.Equal(names, []logdoc.LogText{"luna-a1", "luna-b2"}) {
		t.Errorf("%q, full %v, done %v", names, full, h.Done())
	}
}

func TestTooManyHosts(t *testing.T) {
	var h Hosts
	seen := &seenHosts{names: map[logdoc.LogText]bool{}}
	for i := range maxNames + 1 {
		name := fmt.Sprintf("host%d", i)
		ev := logdoc.Event{Head: []byte(name)}
		ev.Fields[logdoc.FieldHost] = logdoc.Span{Hi: int32(len(name))}
		seen.see(&ev)
	}
	h.add(seen)
	if names, full := h.Names(); len(names) != maxNames || !full {
		t.Errorf("%d names, full %v", len(names), full)
	}
}
