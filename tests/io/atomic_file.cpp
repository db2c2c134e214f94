#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <l2g/io/atomic_file.hpp>

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>

#include "scratch_folder.hpp"

using Catch::Contains;
using l2g::io::AtomicFile;
using l2g::io::write_file;

TEST_CASE("a file is replaced as a whole or not at all", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "weights";
  write_file(path, "old");
  {
    AtomicFile file(path);
    file.write("half of the n");
    REQUIRE(read_bytes(path) == "old");
  }
  REQUIRE(read_bytes(path) == "old");
  REQUIRE(folder.count() == 1);
  const std::string large(300000, 'x');
  AtomicFile file(path);
  file.write("new");
  file.write(large);
  file.write("end");
  REQUIRE(file.size() == 300006);
  file.commit();
  REQUIRE(read_bytes(path) == "new" + large + "end");
  REQUIRE(folder.count() == 1);
  REQUIRE_THROWS_WITH(file.write("more"), Contains("already complete"));
  REQUIRE_THROWS_WITH(file.commit(), Contains("already complete"));
}

TEST_CASE("permissions of the old file are kept, links are followed, pipes written directly", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "real", link = folder / "link";
  write_file(path, "old");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  std::filesystem::create_symlink("real", link);
  write_file(link, "new");
  REQUIRE(std::filesystem::is_symlink(link));
  REQUIRE(read_bytes(path) == "new");
  struct stat s;
  REQUIRE(::stat(path.c_str(), &s) == 0);
  REQUIRE((s.st_mode & 07777) == 0640);
  write_file("/dev/null", "gone");
  REQUIRE(std::filesystem::exists("/dev/null"));
}

TEST_CASE("writers of one file do not mix, and leftovers of a killed process are reused", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "weights";
  std::optional<AtomicFile> first(path), second(path);
  first->write("first");
  second->write("second, longer");
  first->commit();
  REQUIRE(read_bytes(path) == "first");
  second->commit();
  REQUIRE(read_bytes(path) == "second, longer");

  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file(path);
    file.write(std::string(200000, 'x'));
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(folder.count() == 2);
  REQUIRE(read_bytes(path) == "second, longer");
  write_file(path, "third");
  REQUIRE(read_bytes(path) == "third");
  REQUIRE(folder.count() == 1);
}

TEST_CASE("what keeps a file from being written is said", "[io]") {
  const ScratchFolder folder;
  REQUIRE_THROWS_WITH(write_file(folder / "none/x", ""),
                      Contains("none/x: cannot write: folder '") && Contains("none' does not exist"));
  REQUIRE_THROWS_WITH(write_file(folder.path(), ""), Contains("it is a folder"));
  REQUIRE_THROWS_WITH(write_file("", ""), Contains("the name is empty"));
  REQUIRE_THROWS_WITH(write_file(folder / std::string(300, 'x'), ""), Contains("cannot write: File name too long"));
  REQUIRE_THROWS_AS(write_file("/dev/full", "x"), l2g::file_error);
  REQUIRE_THROWS_WITH(write_file("/dev/full", "x"), "/dev/full: cannot write: disk full");
  if (::geteuid() != 0) {  // root may do everything
    write_file(folder / "locked", "old");
    REQUIRE(::chmod((folder / "locked").c_str(), 0444) == 0);
    REQUIRE_THROWS_WITH(write_file(folder / "locked", "new"), Contains("permission denied"));
    REQUIRE(read_bytes(folder / "locked") == "old");
  }
}

TEST_CASE("the size limit of files is an error, not a signal", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "weights";
  write_file(path, "old");
  const pid_t child = ::fork();  // a limit cannot be raised again by everybody
  if (child == 0) {
    const rlimit limit{100000, 100000};
    int verdict = 1;
    if (::setrlimit(RLIMIT_FSIZE, &limit) == 0) {
      try {
        write_file(path, std::string(200000, 'x'));
      } catch (const l2g::file_error& e) {
        verdict = std::string(e.what()).find("ulimit -f") == std::string::npos ? 2 : 0;
      }
    }
    ::_exit(verdict);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(read_bytes(path) == "old");
  REQUIRE(folder.count() == 1);
}

TEST_CASE("a disk that fills up costs neither the old file nor its place", "[io]") {
  const ScratchFolder folder;
  constexpr int cannot_mount = 77;
  const pid_t child = ::fork();  // in a mount namespace of its own
  if (child == 0) {
    if ((::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=256k") != 0)
      ::_exit(cannot_mount);
    int verdict = 1;
    try {
      const std::string path = folder / "weights", old(100000, 'o'), next(150000, 'n');
      write_file(path, old);
      try {
        write_file(path, std::string(500000, 'x'));
      } catch (const l2g::file_error& e) {
        const bool said = std::string(e.what()) == path + ": cannot write: disk full";
        const bool kept = read_bytes(path) == old && folder.count() == 1;
        write_file(path, next);
        verdict = !said ? 2 : !kept ? 3 : read_bytes(path) != next ? 4 : 0;
      }
    } catch (const std::exception&) {
      verdict = 5;
    }
    ::_exit(verdict);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == cannot_mount) {
    WARN("skipped: mounting is not allowed here");
  } else {
    REQUIRE(WEXITSTATUS(status) == 0);
  }
}
