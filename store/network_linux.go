package store

import (
	"errors"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// networkFileSystems are those whose locks and shared memory SQLite's write-ahead log cannot rest on, by the number that statfs gives.
var networkFileSystems = map[uint32]string{
	unix.NFS_SUPER_MAGIC: "NFS", unix.SMB_SUPER_MAGIC: "SMB", unix.CIFS_SUPER_MAGIC: "CIFS", unix.SMB2_SUPER_MAGIC: "SMB", unix.AFS_SUPER_MAGIC: "AFS", unix.CODA_SUPER_MAGIC: "Coda",
	unix.NCP_SUPER_MAGIC: "NCP", unix.V9FS_MAGIC: "9P", unix.CEPH_SUPER_MAGIC: "Ceph", unix.OCFS2_SUPER_MAGIC: "OCFS2", 0x65735546: "FUSE", 0x0BD00BD0: "Lustre", 0x47504653: "GPFS",
	0x01161970: "GFS2", 0x19830326: "BeeGFS",
}

// networkFileSystem names the network file system that a folder is on, or the nearest folder above it that is there; empty for others.
func networkFileSystem(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		var s unix.Statfs_t
		err := unix.Statfs(full, &s)
		if err == nil {
			return networkFileSystems[uint32(s.Type)]
		}
		above := filepath.Dir(full)
		if !errors.Is(err, fs.ErrNotExist) || above == full {
			return ""
		}
		full = above
	}
}
