package signs

import (
	"fmt"

	"logdoc"
	"logdoc/internal/sanitize"
)

// maxName bounds the name of a log.
const maxName = 64

// Outlier says what sets a node apart: says goes before what, which for a log that a node lacks is the log's name, and else words of a pack.
func Outlier(o logdoc.Outlier) (says, what sanitize.Safe) {
	switch {
	case o.Kind == logdoc.OutlierLog:
		return sanitize.Safe(fmt.Sprintf("the only one of %d nodes without the log", o.Of)), sanitize.CutRunes(sanitize.Line(o.Log), maxName)
	case o.Kind == logdoc.OutlierState:
		return sanitize.Safe(fmt.Sprintf("the only one of %d nodes that is not ", o.Of)) + sanitize.Line(o.State) + ":", title(o)
	case o.Lacks:
		return sanitize.Safe(fmt.Sprintf("the only one of %d nodes without:", o.Of)), title(o)
	}
	return sanitize.Safe(fmt.Sprintf("the only one of %d nodes with:", o.Of)), title(o)
}

func title(o logdoc.Outlier) sanitize.Safe {
	if o.Title == "" {
		return sanitize.Line(o.Name)
	}
	return sanitize.Line(o.Title)
}
