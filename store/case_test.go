package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"logdoc"
)

// TestCaseComesBack keeps all that a case can hold.
func TestCaseComesBack(t *testing.T) {
	s := newStore(t)
	want := someCase("night")
	id, err := s.SaveCase(t.Context(), want)
	if err != nil || id != 1 {
		t.Fatal(id, err)
	}
	got, err := s.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want.ID, want.Created, want.Changed, want.Capture = 1, march(), march(), march()
	want.Findings, want.Title, want.Worst = 5, "The title of acme/rotor", logdoc.Error
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("it comes back otherwise (-want +got):\n%s", diff)
	}
}

func TestCaseIsReplaced(t *testing.T) {
	s := newStore(t)
	c := someCase("")
	id, err := s.SaveCase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.ID = id
	c.Diagnosis = logdoc.Diagnosis{Findings: []logdoc.Finding{someFinding("acme/new", "")}}
	if _, err := s.SaveCase(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	got, err := s.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Diagnosis.Findings) != 1 || len(got.Diagnosis.Coverage.Sources) != 0 || len(got.Diagnosis.Work.Steps) != 2 || len(got.Notes) != 1 {
		t.Errorf("findings and sources are to be the new ones, work and notes the old: %+v", got)
	}
	c.ID = 99
	if _, err := s.SaveCase(t.Context(), c); !errors.Is(err, ErrNoCase) {
		t.Errorf("a case that is not there: %v", err)
	}
	var orphans int
	if err := s.readers.QueryRow("SELECT count(*) FROM evidence WHERE finding_id NOT IN (SELECT id FROM findings)").Scan(&orphans); err != nil || orphans > 0 {
		t.Errorf("%d lines of evidence without a finding, %v", orphans, err)
	}
}

func TestNames(t *testing.T) {
	s := newStore(t)
	for range 2 {
		if _, err := s.SaveCase(t.Context(), someCase("")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SaveCase(t.Context(), someCase("night")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveCase(t.Context(), someCase("night")); !errors.Is(err, ErrName) {
		t.Errorf("the same name again: %v", err)
	}
	for ref, want := range map[string]int64{"night": 3, "2": 2, "#1": 1} {
		if c, err := s.Find(t.Context(), ref); err != nil || c.ID != want {
			t.Errorf("%s is case %d, %v", ref, c.ID, err)
		}
	}
	for _, ref := range []string{"4", "day", ""} {
		if _, err := s.Find(t.Context(), ref); !errors.Is(err, ErrNoCase) {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func TestList(t *testing.T) {
	s := newStore(t)
	add := func(host, symptom, key string, capture time.Time) {
		t.Helper()
		c := Case{CaseInfo: CaseInfo{Kind: Reported, Paths: []string{"/x"}, Hosts: []logdoc.LogText{logdoc.LogText(host)}}}
		c.Diagnosis = logdoc.Diagnosis{Capture: capture, Findings: []logdoc.Finding{someFinding(symptom, logdoc.LogText(key))}}
		if _, err := s.SaveCase(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	add("gsan01.example.com", "avamar/ticket", "", march())
	add("HSM1", "luna/link", "West", march().Add(time.Hour))
	add("gsan012", "avamar/disk", "", time.Time{})
	for _, tt := range []struct {
		name   string
		filter Filter
		want   []int64
	}{
		{"all", Filter{}, []int64{3, 2, 1}},
		{"host without its domain", Filter{Host: "GSAN01"}, []int64{1}},
		{"whole host", Filter{Host: "gsan01.example.com"}, []int64{1}},
		{"key", Filter{Host: "west"}, []int64{2}},
		{"symptom", Filter{Symptom: "avamar/disk"}, []int64{3}},
		{"product", Filter{Symptom: "avamar"}, []int64{3, 1}},
		{"part of a product", Filter{Symptom: "ava"}, nil},
		{"since", Filter{Since: march().Add(time.Minute)}, []int64{2}},
		{"until", Filter{Until: march()}, []int64{3, 1}},
		{"all together", Filter{Host: "gsan01", Symptom: "avamar/ticket", Since: march(), Until: march()}, []int64{1}},
		{"quotes", Filter{Host: "' OR 1 --", Symptom: "%"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := s.List(t.Context(), tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, c := range list {
				got = append(got, c.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWork(t *testing.T) {
	s := newStore(t)
	c := someCase("")
	c.Kind = Opened
	id, err := s.SaveCase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w, worked, err := s.Work(t.Context(), id)
	if err != nil || len(w.Steps) != 2 {
		t.Fatal(w, err)
	}
	w.Steps = w.Steps[:1]
	next, err := s.SaveWork(t.Context(), id, worked, w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveWork(t.Context(), id, worked, logdoc.Work{}); !errors.Is(err, ErrChanged) {
		t.Errorf("over what another has kept: %v", err)
	}
	got, now, err := s.Work(t.Context(), id)
	if err != nil || now != next {
		t.Fatal(now, next, err)
	}
	if diff := cmp.Diff(w, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if found, err := s.OfInput(t.Context(), c.Paths); err != nil || found.ID != id {
		t.Errorf("case %d of the input, %v", found.ID, err)
	}
	if _, err := s.OfInput(t.Context(), c.Paths[:1]); !errors.Is(err, ErrNoCase) {
		t.Errorf("another input: %v", err)
	}
}
