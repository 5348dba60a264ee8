#include "page_file.hpp"

#include <rota/base/error.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace {

namespace fs = std::filesystem;

class PageFile : public ::testing::Test {
protected:
    PageFile() {
        std::string name = (fs::temp_directory_path() / "rota-page-file-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        root_ = name;
    }
    ~PageFile() override { fs::remove_all(root_); }

    std::string folder() const { return (root_ / "made" / "on the way").string(); }
    std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(folder()), fs::directory_iterator()); }
    std::string content(char const* name) const {
        std::ifstream file(fs::path(folder()) / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    fs::path root_;
};

TEST_F(PageFile, HasItsNameOnlyWhenItIsWhole) {
    tools::page_folder const folder_of_pages(folder());
    tools::page_file file(folder_of_pages, "a.html", 1);
    file.write("one ");
    file.write("two");
    EXPECT_FALSE(fs::exists(fs::path(folder()) / "a.html"));
    file.commit();
    EXPECT_EQ(content("a.html"), "one two");
    EXPECT_EQ(entries(), 1);
}

TEST_F(PageFile, LeavesNothingBehindWhereItIsNotCommitted) {
    tools::page_folder const folder_of_pages(folder());
    {
        tools::page_file file(folder_of_pages, "a.html", 1);
        file.write("half");
        EXPECT_EQ(entries(), 1);
    }
    EXPECT_EQ(entries(), 0);
}

TEST_F(PageFile, ReplacesWhatWasThereBefore) {
    tools::page_folder const folder_of_pages(folder());
    for (char const* text : {"first", "second"}) {
        tools::page_file file(folder_of_pages, "a.html", 1);
        file.write(text);
        file.commit();
    }
    EXPECT_EQ(content("a.html"), "second");
}

TEST_F(PageFile, SaysWhatCouldNotBeWritten) {
    tools::page_folder const folder_of_pages(folder());
    fs::create_directory(fs::path(folder()) / "a.html");
    tools::page_file file(folder_of_pages, "a.html", 1);
    try {
        file.commit();
        ADD_FAILURE() << "a folder was replaced";
    } catch (rota::system_error const& error) {
        EXPECT_EQ(std::string(error.what()), "rename " + folder() + "/a.html: Is a directory");
    }
}

TEST_F(PageFile, AFolderThatCanNotBeMadeIsAnError) {
    std::ofstream(root_ / "file") << "x";
    EXPECT_THROW(tools::page_folder((root_ / "file" / "below").string()), rota::system_error);
}

}  // namespace
