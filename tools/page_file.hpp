#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tools {

/// The folder that pages are written to; made where it is not there yet.
class page_folder {
public:
    /// Throws `rota::system_error`, and `rota::usage_error` where a file is there instead.
    explicit page_folder(std::string path);
    page_folder(page_folder const&) = delete;
    page_folder& operator=(page_folder const&) = delete;
    ~page_folder();

    std::string const& path() const noexcept { return path_; }
    int descriptor() const noexcept { return descriptor_; }

private:
    std::string path_;
    int descriptor_ = -1;
};

/// A page on its way to a file. It is written under a temporary name and gets its own when it is whole, so that nobody
/// ever sees half of it; a file of that name that was there before is replaced. What is not committed is removed.
///
/// It blocks the loop while the kernel copies into its cache. Rota's own files would not, but opening and renaming them takes
/// threads, and `rota fetch` is there to show that it needs one.
class page_file {
public:
    /// `number` tells it from the other pages that are being written by this process.
    page_file(page_folder const& folder, std::string name, std::size_t number);
    page_file(page_file const&) = delete;
    page_file& operator=(page_file const&) = delete;
    ~page_file();

    void write(std::string_view bytes);
    void commit();

private:
    [[noreturn]] void fail(char const* operation) const;

    page_folder const& folder_;
    std::string name_;
    std::string temporary_;
    int descriptor_ = -1;
    bool committed_ = false;
};

/// Writes all of it to a descriptor that blocks; false with errno where that fails.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace tools
