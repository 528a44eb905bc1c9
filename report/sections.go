package report

import (
	"maps"
	"slices"
	"strings"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Bounds of a report for people. JSON has no bounds.
const (
	maxFindings = 200
	maxSources  = 60
	maxClusters = 20
	maxLines    = 4
	maxRunes    = 400
)

// productClean is what ran clean of one product.
type productClean struct {
	product  string
	normal   []logdoc.Clean
	symptoms []logdoc.Clean
}

// cleanByProduct groups without changing the order within or between the products.
func cleanByProduct(clean []logdoc.Clean) []productClean {
	var groups []productClean
	for _, c := range clean {
		i := slices.IndexFunc(groups, func(g productClean) bool { return g.product == c.Product })
		if i < 0 {
			i = len(groups)
			groups = append(groups, productClean{product: c.Product})
		}
		if c.Expected {
			groups[i].normal = append(groups[i].normal, c)
		} else {
			groups[i].symptoms = append(groups[i].symptoms, c)
		}
	}
	return groups
}

// productUnchecked is what could not be checked of one product, by reason, and all that is to be collected for it, each once.
type productUnchecked struct {
	product string
	reasons []reasonUnchecked
	collect []string
}

type reasonUnchecked struct {
	reason   string
	symptoms []logdoc.Unchecked
}

// uncheckedByProduct groups without changing the order: many symptoms lack the same file, and it is to be asked for once.
func uncheckedByProduct(unchecked []logdoc.Unchecked) []productUnchecked {
	var groups []productUnchecked
	for _, u := range unchecked {
		i := slices.IndexFunc(groups, func(g productUnchecked) bool { return g.product == u.Product })
		if i < 0 {
			i = len(groups)
			groups = append(groups, productUnchecked{product: u.Product})
		}
		g := &groups[i]
		j := slices.IndexFunc(g.reasons, func(r reasonUnchecked) bool { return r.reason == u.Reason })
		if j < 0 {
			j = len(g.reasons)
			g.reasons = append(g.reasons, reasonUnchecked{reason: u.Reason})
		}
		g.reasons[j].symptoms = append(g.reasons[j].symptoms, u)
		for _, what := range u.Collect {
			if !slices.Contains(g.collect, what) {
				g.collect = append(g.collect, what)
			}
		}
	}
	return groups
}

// commonFolder is the archive or directory that all the sources lie in: said once, it leaves room for what tells them apart.
func commonFolder(sources []logdoc.SourceCoverage) sanitize.Safe {
	if len(sources) < 2 {
		return ""
	}
	common := sanitize.Line(sources[0].Source)
	for i := range sources {
		name := sanitize.Line(sources[i].Source)
		for !strings.HasPrefix(string(name), string(common)) {
			common = common[:strings.LastIndexByte(string(common[:len(common)-1]), '/')+1]
			if common == "" {
				return ""
			}
		}
	}
	return common[:strings.LastIndexByte(string(common), '/')+1]
}

// productName names the group of those that belong to no product.
func productName(product string) string {
	if product == "" {
		return "Other"
	}
	return product
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
