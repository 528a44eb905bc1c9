package health

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"logdoc"
	"logdoc/internal/sanitize"
)

// Page is what the endpoint shows. Its functions are called from several goroutines.
type Page struct {
	Metrics func() []Metric
	// Alive returns nil while the program moves; Ready returns nil while it does what it is for.
	Alive, Ready func() error
}

// Listen opens the endpoint. An address without a host is of this machine alone: whoever wants others to look has to say so.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address to listen on: write 127.0.0.1:9464, or 0.0.0.0:9464 where others may look", address)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
}

// Serve answers until the context ends, and closes the listener.
func Serve(ctx context.Context, l net.Listener, p Page) error {
	server := &http.Server{
		Handler: p.handler(isLoopback(l.Addr())), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // somebody does not let go
		}
	})
	defer stop()
	if err := server.Serve(bounded(l, 64)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func isLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// handler answers. With local, a request must name this machine by an address or as localhost: a page in a browser that has been sent here by its own name's address is refused.
func (p Page) handler(local bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		case local && !namesAddress(r.Host):
			http.Error(w, "ask by address, or as localhost", http.StatusForbidden)
		case r.URL.Path == "/metrics":
			w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			_ = Write(w, p.Metrics()) // nobody is left to tell
		case r.URL.Path == "/healthz":
			answer(w, p.Alive())
		case r.URL.Path == "/readyz":
			answer(w, p.Ready())
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, "/metrics\n/healthz\n/readyz\n")
		default:
			http.NotFound(w, r)
		}
	})
}

func namesAddress(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	return host == "localhost" || net.ParseIP(host) != nil
}

func answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, string(sanitize.Line(logdoc.LogText(err.Error()))), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

// bounded lets only so many connections be open at a time.
func bounded(l net.Listener, most int) net.Listener {
	return &boundedListener{Listener: l, room: make(chan struct{}, most), closed: make(chan struct{})}
}

type boundedListener struct {
	net.Listener
	room   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (l *boundedListener) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	return &boundedConn{Conn: conn, release: sync.OnceFunc(func() { <-l.room })}, nil
}

func (l *boundedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type boundedConn struct {
	net.Conn
	release func()
}

func (c *boundedConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}
