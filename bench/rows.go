package main

import (
	"os"
	"os/exec"
	"strconv"
)

// row is one comparison. A row without a tool to compare with bounds the memory alone.
type row struct {
	work, against string
	// atMost bounds the ratio of the times, peak the greatest resident size in MiB; 0 is no bound.
	atMost, peak float64
	ours, theirs func() *exec.Cmd
	// nowhere lets what the tool decompresses go to nothing: a pipe would cost it a third more.
	nowhere bool
	// missing says why the row cannot be measured.
	missing string
}

// rows are the promises, with the inputs and tools that they are measured with.
func rows(c config, in inputs) []row {
	report := func(paths []string, flags ...string) func() *exec.Cmd {
		args := append(append([]string{"report", "-q"}, flags...), paths...)
		return func() *exec.Cmd { return exec.Command(c.logdoc, args...) }
	}
	tool := func(name string, args ...string) func() *exec.Cmd {
		return func() *exec.Cmd { return exec.Command(name, args...) }
	}
	rg, noRipgrep := ripgrepIn(c.ripgrep)
	noISAL := ""
	if _, err := os.Stat(c.isal); err != nil {
		noISAL = "there is no build with ISA-L: install libisal-dev"
	}
	tarball := []string{in.tarball}
	return []row{
		{
			work: "plain files, all built-in packs", against: `grep -ic "sessionkeytable\|minserial"`, atMost: 0.5, peak: 64,
			ours: report(in.logs), theirs: func() *exec.Cmd { return grep(in.logs) },
		},
		{
			work: "plain files, all built-in packs", against: "wc -l", atMost: 3, peak: 64,
			ours: report(in.logs), theirs: tool("wc", append([]string{"-l"}, in.logs...)...),
		},
		{
			work: "plain files, packs + 300 substrings", against: "rg -c -F -f, the same 300, two threads", atMost: 0.8,
			ours:   twoThreads(report(in.logs, "--pack", in.substrings.pack)),
			theirs: tool(rg, append([]string{"--no-config", "-j", "2", "-c", "-F", "-f", in.substrings.texts}, in.logs...)...), missing: noRipgrep,
		},
		{
			work: "four .gz files", against: "zcat of the same", atMost: 0.45, peak: 64,
			ours: report(in.gz), theirs: tool("zcat", in.gz...), nowhere: true,
		},
		{
			work: "four .gz files, with ISA-L", against: "zcat of the same", atMost: 0.25, peak: 64, missing: noISAL,
			ours: func() *exec.Cmd { return exec.Command(c.isal, append([]string{"report", "-q"}, in.gz...)...) }, theirs: tool("zcat", in.gz...), nowhere: true,
		},
		{
			work: "one .tar.gz", against: "tar -xOzf", atMost: 0.6, peak: 64,
			ours: report(tarball), theirs: tool("tar", "-xOzf", in.tarball), nowhere: true,
		},
		{
			work: "one .tar.gz, with ISA-L", against: "tar -xOzf", peak: 64, missing: noISAL,
			ours: func() *exec.Cmd { return exec.Command(c.isal, "report", "-q", in.tarball) }, theirs: tool("tar", "-xOzf", in.tarball), nowhere: true,
		},
		{
			work: "plain files, packs + 2,000 substrings", against: "packs + 20 substrings", atMost: 1.5,
			ours: report(in.logs, "--pack", in.many.pack), theirs: report(in.logs, "--pack", in.few.pack),
		},
		{
			work: "plain files, packs + 2,000 CRE rules", against: "packs + 20 CRE rules", atMost: 1.5,
			ours: report(in.logs, "--pack", in.manyRules), theirs: report(in.logs, "--pack", in.fewRules),
		},
	}
}

// grep is the article's command in the C.UTF-8 locale.
func grep(logs []string) *exec.Cmd {
	cmd := exec.Command("grep", append([]string{"-ic", `sessionkeytable\|minserial`}, logs...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	return cmd
}

// twoThreads lets logdoc work on two processors, as the tool beside it does.
func twoThreads(command func() *exec.Cmd) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := command()
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(2))
		return cmd
	}
}
