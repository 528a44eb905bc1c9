package samples

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"time"
)

// member is one file of an archive.
type member struct {
	name     string
	text     string
	modified time.Time
}

// packTgz returns the members as a gzip-compressed tar archive. The gzip header carries no time and no name, so equal members give equal
// bytes.
func packTgz(members []member) ([]byte, error) {
	var out bytes.Buffer
	packer := gzip.NewWriter(&out)
	archive := tar.NewWriter(packer)
	for _, m := range members {
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     m.name,
			Size:     int64(len(m.text)),
			Mode:     0o640,
			ModTime:  m.modified,
			Format:   tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write([]byte(m.text)); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := packer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// packZip returns the members as a zip archive.
func packZip(members []member) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, m := range members {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: m.modified.UTC()})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(m.text)); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// packGzip returns text compressed on its own, as logrotate leaves it.
func packGzip(text string) ([]byte, error) {
	var out bytes.Buffer
	packer := gzip.NewWriter(&out)
	if _, err := packer.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := packer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
