package rules

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/itchyny/gojq"
)

// Bounds of a jq program: it is asked of every record that may hold what it needs.
const (
	maxJQLength = 4 << 10
	maxJQSteps  = 50_000
	// maxJQResults is how many results are looked at.
	maxJQResults = 16
)

// refusedJQ are functions that know more than the record, or end the program.
var refusedJQ = []string{"now", "localtime", "strflocaltime", "mktime", "input", "inputs", "debug", "stderr", "env", "$ENV", "halt", "halt_error", "input_filename", "input_line_number", "get_search_list", "modulemeta"}

func compileJQ(text string) (*gojq.Code, *gojq.Query, error) {
	if len(text) > maxJQLength {
		return nil, nil, fmt.Errorf("the jq program has more than %d bytes", maxJQLength)
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("the jq program does not parse: %w", err)
	}
	refused, grows := "", false
	walkJQ(reflect.ValueOf(query), func(v any) {
		switch v := v.(type) {
		case gojq.Func:
			if slices.Contains(refusedJQ, v.Name) {
				refused = v.Name
			}
		case gojq.Query:
			grows = grows || v.Op == gojq.OpMul && !smallFactor(v.Left) && !smallFactor(v.Right)
		}
	})
	if refused != "" {
		return nil, nil, fmt.Errorf("the jq program uses %s, which is not of the record", refused)
	}
	if grows {
		return nil, nil, fmt.Errorf("the jq program multiplies by more than %d, or by what is not known: jq makes long texts of that", maxFactor)
	}
	if len(query.Imports) > 0 || query.Meta != nil {
		return nil, nil, errors.New("the jq program imports another one, which is not read")
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, nil, fmt.Errorf("the jq program does not compile: %w", err)
	}
	return code, query, nil
}

// maxFactor bounds what a program multiplies by: a text times a number is the text so many times, in one step.
const maxFactor = 1000

// smallFactor reports whether a query is a number up to maxFactor.
func smallFactor(q *gojq.Query) bool {
	if q == nil || q.Op != 0 || q.Term == nil || q.Term.Type != gojq.TermTypeNumber || len(q.Term.SuffixList) > 0 {
		return false
	}
	n, err := strconv.ParseFloat(q.Term.Number, 64)
	return err == nil && n <= maxFactor
}

// walkJQ visits the functions and queries of a parsed program.
func walkJQ(v reflect.Value, visit func(any)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walkJQ(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkJQ(v.Index(i), visit)
		}
	case reflect.Struct:
		visit(v.Interface())
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walkJQ(v.Field(i), visit)
			}
		}
	}
}

// requiredByJQ returns a text that a record must hold for the program to be true: one that something of it is compared with.
func requiredByJQ(q *gojq.Query) []string {
	switch {
	case q == nil:
		return nil
	case q.Op == gojq.OpAnd:
		a, b := requiredByJQ(q.Left), requiredByJQ(q.Right)
		if leastLength(a) >= leastLength(b) {
			return a
		}
		return b
	case q.Op == gojq.OpOr:
		a, b := requiredByJQ(q.Left), requiredByJQ(q.Right)
		if a == nil || b == nil {
			return nil
		}
		return append(slices.Clone(a), b...)
	case q.Op == gojq.OpEq:
		for _, pair := range [][2]*gojq.Query{{q.Left, q.Right}, {q.Right, q.Left}} {
			text := stringOf(pair[0])
			if text != "" && fieldPath(pair[1]) {
				return []string{text}
			}
		}
	case q.Op == 0 && q.Term != nil && len(q.Term.SuffixList) == 0 && q.Term.Type == gojq.TermTypeQuery:
		return requiredByJQ(q.Term.Query)
	case q.Op == 0 && q.Term != nil && len(q.Term.SuffixList) == 0 && q.Term.Type == gojq.TermTypeFunc && q.Term.Func.Name == "select" && len(q.Term.Func.Args) == 1:
		return requiredByJQ(q.Term.Func.Args[0])
	}
	return nil
}

// stringOf returns the text of a string without anything put into it, or "".
func stringOf(q *gojq.Query) string {
	if q == nil || q.Op != 0 || q.Term == nil || q.Term.Type != gojq.TermTypeString || len(q.Term.SuffixList) > 0 || q.Term.Str == nil || q.Term.Str.Queries != nil {
		return ""
	}
	return q.Term.Str.Str
}

// fieldPath reports whether the query is a plain path such as .a.b, whose value stands in the record as it is.
func fieldPath(q *gojq.Query) bool {
	if q == nil || q.Op != 0 || q.Term == nil || q.Term.Type != gojq.TermTypeIndex || len(q.FuncDefs) > 0 {
		return false
	}
	for _, s := range q.Term.SuffixList {
		if s.Index == nil {
			return false
		}
	}
	return true
}

// holdsJQ reports whether the program gives something other than false and null for the value before it has taken too many steps.
func holdsJQ(code *gojq.Code, value any) bool {
	it := code.RunWithContext(&steps{Context: context.Background(), left: maxJQSteps}, value)
	for range maxJQResults {
		v, ok := it.Next()
		if !ok {
			return false
		}
		if _, failed := v.(error); failed {
			return false
		}
		if v != nil && v != false {
			return true
		}
	}
	return false
}

// steps is a context that is done when the program has asked often enough whether it is: it asks at every step. So the bound does not depend on the machine.
type steps struct {
	context.Context
	left int
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (s *steps) Done() <-chan struct{} {
	if s.left--; s.left < 0 {
		return closed
	}
	return nil
}

func (s *steps) Err() error {
	if s.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}
