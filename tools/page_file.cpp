#include "page_file.hpp"

#include <rota/base/error.hpp>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace tools {

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

page_folder::page_folder(std::string path) : path_(std::move(path)) {
    std::error_code error;
    if (auto const there = std::filesystem::status(path_, error); exists(there) && !is_directory(there))
        throw rota::usage_error("-o takes a folder, and " + path_ + " is a file");
    error.clear();
    std::filesystem::create_directories(path_, error);
    if (error) throw rota::system_error(error.value(), "create folder", path_);
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ < 0) throw rota::system_error(errno, "open folder", path_);
}

page_folder::~page_folder() { ::close(descriptor_); }

page_file::page_file(page_folder const& folder, std::string name, std::size_t number)
    : folder_(folder),
      name_(std::move(name)),
      // Names of pages don't begin with a dot.
      temporary_(".rota-" + std::to_string(::getpid()) + '-' + std::to_string(number) + ".part") {
    constexpr mode_t by_umask = 0666;
    descriptor_ = ::openat(folder_.descriptor(), temporary_.c_str(),
                           O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, by_umask);
    if (descriptor_ < 0) fail("create");
}

page_file::~page_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!committed_) ::unlinkat(folder_.descriptor(), temporary_.c_str(), 0);
}

void page_file::fail(char const* operation) const {
    throw rota::system_error(errno, operation, folder_.path() + '/' + name_);
}

void page_file::write(std::string_view bytes) {
    if (!write_all(descriptor_, bytes)) fail("write");
}

void page_file::commit() {
    // Some file systems tell only now that there was no room.
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("write");
    if (::renameat(folder_.descriptor(), temporary_.c_str(), folder_.descriptor(), name_.c_str()) != 0) fail("rename");
    committed_ = true;
}

}  // namespace tools
