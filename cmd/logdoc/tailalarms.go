package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"logdoc"
	"logdoc/alert"
	"logdoc/report"
)

// secretVariable may hold the secret of the webhooks that name no other.
const secretVariable = "LOGDOC_WEBHOOK_SECRET"

// alarmFlags say which machines are told, and of what.
type alarmFlags struct {
	exec, webhook, syslog []string
	secretFile            string
	journald              bool
	severity, certainty   string
	coolDown              time.Duration
	queue                 int
	// commands and hooks are what a configuration file says of them, which is more than a flag can.
	commands []commandConfig
	hooks    []hookConfig
}

type commandConfig struct {
	command alert.Command
	every   time.Duration
	burst   int
}

type hookConfig struct {
	url, urlFile, secretFile, secretEnv string
	plainHTTP                           bool
	timeout                             time.Duration
}

func (f *alarmFlags) flags(fl *pflag.FlagSet) {
	fl.StringArrayVar(&f.exec, "exec", nil, "run this `command` in a shell for each alarm, with the finding as JSON on its standard input")
	fl.StringArrayVar(&f.webhook, "webhook", nil, "post alarms as JSON to this `url`, signed, and try again until they have arrived")
	fl.StringVar(&f.secretFile, "webhook-secret-file", "", "the `file` with the secret that signs them (default: the variable "+secretVariable+")")
	fl.StringArrayVar(&f.syslog, "syslog", nil, "send alarms to a syslog daemon at this `address`: unix:/dev/log, udp://host:514, tcp://host:601")
	fl.BoolVar(&f.journald, "journald", false, "send alarms to systemd's journal, with fields of their own")
	fl.StringVar(&f.severity, "alarm-severity", "", "make alarms of findings of this `severity` or worse: critical, error, warning, notice or info (default all)")
	fl.StringVar(&f.certainty, "alarm-certainty", "", "make alarms of findings that are so `sure` or surer: certain, likely or possible (default all)")
	fl.DurationVar(&f.coolDown, "cool-down", 15*time.Minute, "after an alarm hold back further ones of the same finding for this `time`, and count them")
	fl.IntVar(&f.queue, "alarm-queue", 1000, "alarms that may wait for one receiver; what finds no room is counted")
}

// words are the keys of a configuration file that say more than a flag.
func (f *alarmFlags) words(c *configFile) map[string]func(*yaml.Node) {
	return map[string]func(*yaml.Node){
		"exec":    func(n *yaml.Node) { f.readCommands(c, n) },
		"webhook": func(n *yaml.Node) { f.readHooks(c, n) },
	}
}

func (f *alarmFlags) readCommands(c *configFile, n *yaml.Node) {
	for _, item := range c.items(n) {
		command := defaultCommand()
		if item.Kind == yaml.ScalarNode {
			command.command.Shell, _ = c.scalar(item)
			f.commands = append(f.commands, command)
			continue
		}
		c.mapping(item, "a command", func(key, value *yaml.Node) bool {
			switch key.Value {
			case "shell":
				command.command.Shell, _ = c.scalar(value)
			case "command":
				if value.Kind != yaml.SequenceNode {
					c.wrong(value, "a command is a list: the program, and each of its arguments", `write [program, "an argument"], or shell: with the whole line`)
				}
				command.command.Args = c.texts(value)
			case "timeout":
				command.command.Timeout = c.duration(value)
			case "every":
				command.every = c.duration(value)
			case "burst":
				text, _ := c.scalar(value)
				n, err := strconv.Atoi(text)
				if err != nil || n < 1 {
					c.wrong(value, fmt.Sprintf("%q is no number of alarms", text), "")
				}
				command.burst = n
			default:
				return false
			}
			return true
		}, []string{"burst", "command", "every", "shell", "timeout"})
		if (command.command.Shell != "") == (len(command.command.Args) > 0) {
			c.wrong(item, "a command has either shell or command", "")
		}
		f.commands = append(f.commands, command)
	}
}

// defaultCommand starts as often as every two seconds, after ten at once.
func defaultCommand() commandConfig { return commandConfig{every: 2 * time.Second, burst: 10} }

func (f *alarmFlags) readHooks(c *configFile, n *yaml.Node) {
	for _, item := range c.items(n) {
		var h hookConfig
		if item.Kind == yaml.ScalarNode {
			h.url, _ = c.scalar(item)
			f.hooks = append(f.hooks, h)
			continue
		}
		c.mapping(item, "a webhook", func(key, value *yaml.Node) bool {
			switch key.Value {
			case "url":
				h.url, _ = c.scalar(value)
			case "url-file":
				h.urlFile, _ = c.scalar(value)
			case "secret-file":
				h.secretFile, _ = c.scalar(value)
			case "secret-env":
				h.secretEnv, _ = c.scalar(value)
			case "secret":
				c.wrong(key, "a secret does not stand in a configuration file", "write it into a file that nobody else may read, and name that with secret-file")
				c.problems[len(c.problems)-1].Source = "" // nor in a message
			case "plain-http":
				h.plainHTTP = c.boolean(value)
			case "timeout":
				h.timeout = c.duration(value)
			default:
				return false
			}
			return true
		}, []string{"plain-http", "secret-env", "secret-file", "timeout", "url", "url-file"})
		if (h.url != "") == (h.urlFile != "") {
			c.wrong(item, "a webhook has either url or url-file", "")
		}
		if h.secretFile != "" && h.secretEnv != "" {
			c.wrong(item, "a webhook has either secret-file or secret-env", "")
		}
		f.hooks = append(f.hooks, h)
	}
}

// options checks the flags and makes the receivers, without reaching out to any.
func (f *alarmFlags) options(getenv func(string) string, environ []string) (alert.Options, error) {
	o := alert.Options{CoolDown: f.coolDown, Queue: f.queue, Encode: encodeAlarm, Jitter: rand.Float64}
	var err error
	if f.coolDown < 0 {
		return o, fmt.Errorf("--cool-down %v is below nothing", f.coolDown)
	}
	if f.queue < 1 || f.queue > 1_000_000 {
		return o, fmt.Errorf("--alarm-queue %d is not between 1 and 1,000,000", f.queue)
	}
	if f.severity != "" {
		if o.Severity, err = logdoc.ParseSeverity(f.severity); err != nil {
			return o, fmt.Errorf("--alarm-severity: %w", err)
		}
	}
	if f.certainty != "" {
		if o.Certainty, err = parseCertainty(f.certainty); err != nil {
			return o, err
		}
	}
	for _, line := range f.exec {
		c := defaultCommand()
		c.command.Shell = line
		f.commands = append(f.commands, c)
	}
	for _, c := range f.commands {
		if strings.TrimSpace(c.command.Shell) == "" && len(c.command.Args) == 0 {
			return o, fmt.Errorf("--exec needs a command")
		}
		c.command.Env = commandEnv(environ)
		o.Sinks = append(o.Sinks, alert.Rated{Sink: &c.command, Every: c.every, Burst: c.burst})
	}
	for _, address := range f.syslog {
		s, err := alert.NewSyslog(address)
		if err != nil {
			return o, err
		}
		o.Sinks = append(o.Sinks, alert.Rated{Sink: s})
	}
	if f.journald {
		o.Sinks = append(o.Sinks, alert.Rated{Sink: alert.NewJournal(alert.JournalSocket)})
	}
	for _, url := range f.webhook {
		f.hooks = append(f.hooks, hookConfig{url: url})
	}
	for _, h := range f.hooks {
		w, err := f.hook(h, getenv)
		if err != nil {
			return o, err
		}
		o.Webhooks = append(o.Webhooks, w)
	}
	return o, nil
}

func (f *alarmFlags) hook(h hookConfig, getenv func(string) string) (*alert.Webhook, error) {
	o := alert.WebhookOptions{URL: h.url, PlainHTTP: h.plainHTTP, Timeout: h.timeout, Proxy: http.ProxyFromEnvironment, Agent: "logdoc/" + versionName()}
	if h.urlFile != "" {
		url, err := readSecret(h.urlFile)
		if err != nil {
			return nil, fmt.Errorf("read the address of a webhook: %w", err)
		}
		o.URL = string(url)
	}
	file := h.secretFile
	if file == "" && h.secretEnv == "" {
		file = f.secretFile
	}
	switch {
	case file != "":
		secret, err := readSecret(file)
		if err != nil {
			return nil, fmt.Errorf("read the secret of a webhook: %w", err)
		}
		o.Secret = secret
	case h.secretEnv != "":
		if o.Secret = []byte(getenv(h.secretEnv)); len(o.Secret) == 0 {
			return nil, fmt.Errorf("the variable %s, which should hold the secret of a webhook, is empty", h.secretEnv)
		}
	default:
		o.Secret = []byte(getenv(secretVariable))
	}
	return alert.NewWebhook(o)
}

func parseCertainty(word string) (logdoc.Certainty, error) {
	for c := logdoc.Possible; c <= logdoc.Certain; c++ {
		if c.String() == word {
			return c, nil
		}
	}
	return logdoc.NotFound, fmt.Errorf("--alarm-certainty: unknown certainty %q: use certain, likely or possible", word)
}

// commandEnv is the environment of a command: the program's own, without secrets and without what is between the program and its service manager.
func commandEnv(environ []string) []string {
	var env []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		switch name {
		case secretVariable, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY", "LISTEN_FDS", "LISTEN_PID":
		default:
			env = append(env, entry)
		}
	}
	return env
}

func encodeAlarm(a logdoc.Alarm) ([]byte, error) {
	var line bytes.Buffer
	err := report.AlarmJSON(&line, a)
	return line.Bytes(), err
}

// hostName is what alarms say they come from.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
