//! [`Mapping`]: addresses that are reserved at once, and memory behind them that is taken piece by piece.
//!
//! So an image is one run of addresses however it grows, and what points into it stays valid. Behind a piece is a part of a
//! file whose space is reserved first: a full disk is an error here, and not a signal at some later store.

use std::fs::File;
use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use libc::{MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE, MAP_SHARED};
use libc::{PROT_NONE, PROT_READ, PROT_WRITE};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    reserved: usize,
    /// Up to here there is memory. Pieces are put one behind another; stored with `Release` after a piece is there, for the `Acquire`
    /// load of who reads up to here.
    committed: AtomicUsize,
    /// None for memory that ends with the process.
    file: Option<File>,
}

// SAFETY: addresses and a file; what is at the addresses is accessed by atomics only.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

/// The size of the machine's pages, in bytes.
pub(crate) fn page_bytes() -> usize {
    // SAFETY: has no preconditions.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(64 << 10).max(4096)
}

impl Mapping {
    /// Reserves `bytes` addresses, a multiple of the page size.
    pub(crate) fn reserve(file: Option<File>, bytes: usize) -> io::Result<Mapping> {
        // SAFETY: asks for fresh addresses.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base == MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Mapping {
            base: NonNull::new(base.cast()).expect("the system gives no mapping at address 0"),
            reserved: bytes,
            committed: AtomicUsize::new(0),
            file,
        })
    }

    /// Where the memory begins; aligned to a page.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Up to which offset there is memory.
    #[cfg(feature = "signals")]
    pub(crate) fn committed(&self) -> usize {
        self.committed.load(Ordering::Acquire)
    }

    /// Puts zeros that can be written behind the addresses from `from` on; both numbers are multiples of the page size.
    pub(crate) fn commit(&self, from: usize, bytes: usize) -> io::Result<()> {
        if from + bytes > self.reserved {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let (flags, descriptor) = match &self.file {
            Some(file) => {
                reserve_space(file, from, bytes)?;
                (MAP_SHARED, std::os::fd::AsRawFd::as_raw_fd(file))
            }
            None => (MAP_PRIVATE | MAP_ANONYMOUS, -1),
        };
        let offset = if descriptor < 0 { 0 } else { from };
        self.replace(from, bytes, flags, descriptor, offset)?;
        self.committed.fetch_max(from + bytes, Ordering::Release);
        Ok(())
    }

    /// Puts private zeros in the place of the first `bytes`, so that nothing that is stored reaches the file any more, and lets
    /// go of the file and its lock. Does only what may be done in a child of `fork`.
    pub(crate) fn abandon(&self, bytes: usize) {
        // Where any of it fails there is nothing better to be done, and nobody to tell.
        let _ = self.replace(0, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if let Some(file) = &self.file {
            let file = std::os::fd::AsRawFd::as_raw_fd(file);
            // SAFETY: plain system calls. The descriptor stays open, as its owner expects, but is another file's.
            unsafe {
                let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
                libc::dup2(null, file);
                libc::close(null);
                libc::fcntl(file, libc::F_SETFD, libc::FD_CLOEXEC);
            }
        }
    }

    fn replace(
        &self,
        from: usize,
        bytes: usize,
        flags: i32,
        descriptor: i32,
        offset: usize,
    ) -> io::Result<()> {
        let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
        // SAFETY: the addresses are this mapping's own, by `reserved`, so nothing else is replaced. What is
        // there is accessed as atomics, for which any bytes are valid.
        let address = unsafe {
            libc::mmap(
                self.base.as_ptr().add(from).cast(),
                bytes,
                PROT_READ | PROT_WRITE,
                flags | MAP_FIXED,
                descriptor,
                offset,
            )
        };
        if address == MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the addresses are this mapping's own; who has pointers into them keeps the mapping.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.reserved) };
    }
}

/// Makes sure that a part of a file has its space on the device.
fn reserve_space(file: &File, from: usize, bytes: usize) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    {
        let descriptor = std::os::fd::AsRawFd::as_raw_fd(file);
        let offset = libc::off_t::try_from(from).map_err(io::Error::other)?;
        let length = libc::off_t::try_from(bytes).map_err(io::Error::other)?;
        loop {
            // SAFETY: the descriptor is open.
            match unsafe { libc::posix_fallocate(descriptor, offset, length) } {
                0 => return Ok(()),
                libc::EINTR => {}
                // The file system can't: then zeros have to do.
                libc::EINVAL | libc::EOPNOTSUPP => break,
                error => return Err(io::Error::from_raw_os_error(error)),
            }
        }
    }
    write_zeros(file, from, bytes)
}

fn write_zeros(file: &File, from: usize, bytes: usize) -> io::Result<()> {
    let zeros = [0; 64 << 10];
    for start in (0..bytes).step_by(zeros.len()) {
        let length = zeros.len().min(bytes - start);
        std::os::unix::fs::FileExt::write_all_at(file, &zeros[..length], (from + start) as u64)?;
    }
    Ok(())
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    /// The first word of the page at `from`.
    fn word(mapping: &Mapping, from: usize) -> &std::sync::atomic::AtomicU64 {
        // SAFETY: the tests ask for committed pages only; words are aligned in them.
        unsafe { mapping.base().add(from).cast().as_ref() }
    }

    #[test]
    fn pieces_are_zeros_and_stay_where_they_are_when_more_come() {
        let page = page_bytes();
        let mapping = Mapping::reserve(None, 8 * page).unwrap();
        mapping.commit(0, page).unwrap();
        word(&mapping, 0).store(7, std::sync::atomic::Ordering::Relaxed);
        mapping.commit(page, 2 * page).unwrap();
        assert_eq!(
            word(&mapping, 0).load(std::sync::atomic::Ordering::Relaxed),
            7
        );
        assert_eq!(
            word(&mapping, 2 * page).load(std::sync::atomic::Ordering::Relaxed),
            0
        );
        assert!(mapping.commit(7 * page, 2 * page).is_err());
    }
}
