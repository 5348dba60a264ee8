#include "engine/hosts_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <stdlib.h>

namespace {

using rota::address_family;

class HostsFile : public ::testing::Test {
protected:
    HostsFile() {
        std::string name = (std::filesystem::temp_directory_path() / "rota-hosts-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        folder_ = name;
        hosts_ = folder_ / "hosts";
        order_ = folder_ / "nsswitch.conf";
        order("passwd: files\nhosts: files dns\n");
    }
    ~HostsFile() override { std::filesystem::remove_all(folder_); }

    void hosts(std::string_view text) const { std::ofstream(hosts_, std::ios::binary) << text; }
    void order(std::string_view text) const { std::ofstream(order_, std::ios::binary) << text; }
    /// The addresses one after the other; "ask" where the resolver is to be asked.
    std::string find(std::string_view name, address_family family = address_family::unspecified) const {
        rota::detail::hosts_files const files{hosts_.c_str(), order_.c_str()};
        auto const found = rota::detail::find_in_hosts_file(name, 80, family, files);
        if (!found) return "ask";
        std::string all;
        for (auto const& each : *found) all += (all.empty() ? "" : " ") + each.to_string();
        return all;
    }

    std::filesystem::path folder_;
    std::filesystem::path hosts_;
    std::filesystem::path order_;
};

TEST_F(HostsFile, KnowsNamesAndTheirOthersInAnyCase) {
    hosts("10.0.0.1 one.example one\n\t10.0.0.2\ttwo.example  Two  zwei\r\n");
    EXPECT_EQ(find("one"), "10.0.0.1:80");
    EXPECT_EQ(find("ONE.example"), "10.0.0.1:80");
    EXPECT_EQ(find("two"), "10.0.0.2:80");
    EXPECT_EQ(find("zwei"), "10.0.0.2:80") << "without the carriage return";
}

TEST_F(HostsFile, GivesAllAddressesOfANameInItsOrderAndEachOnce) {
    hosts("10.0.0.2 both\n::1 both\n10.0.0.1 both\n10.0.0.2 both\n");
    EXPECT_EQ(find("both"), "10.0.0.2:80 [::1]:80 10.0.0.1:80");
    EXPECT_EQ(find("both", address_family::ipv6), "[::1]:80");
    EXPECT_EQ(find("both", address_family::ipv4), "10.0.0.2:80 10.0.0.1:80");
}

TEST_F(HostsFile, WhatItDoesNotKnowIsForTheResolver) {
    hosts("10.0.0.1 one\n");
    EXPECT_EQ(find("on"), "ask");
    EXPECT_EQ(find("one.example"), "ask");
    EXPECT_EQ(find("10.0.0.1"), "ask") << "the address is no name";
    EXPECT_EQ(find("one", address_family::ipv6), "ask");
}

TEST_F(HostsFile, LeavesOutCommentsAndWhatItCanNotRead) {
    hosts("# 10.0.0.1 one\n10.0.0.2 two # three\nnonsense four\n10.0.0 five\n10.0.0.6\n\n10.0.0.7 seven");
    for (auto const* name : {"one", "three", "four", "five", "#"}) EXPECT_EQ(find(name), "ask") << name;
    EXPECT_EQ(find("two"), "10.0.0.2:80");
    EXPECT_EQ(find("seven"), "10.0.0.7:80") << "the last line may lack its end";
}

TEST_F(HostsFile, IsAskedOnlyWhereTheSystemAsksItFirst) {
    hosts("10.0.0.1 one\n");
    for (auto const* first : {"hosts: dns files\n", "hosts: mymachines files\n", "hosts:\n", "hosts: # files\n"}) {
        order(first);
        EXPECT_EQ(find("one"), "ask") << first;
    }
    for (auto const* first :
         {"", "hosts:files", "hosts:\tfiles mdns4_minimal [NOTFOUND=return] dns\n", "# hosts: dns\n"}) {
        order(first);
        EXPECT_EQ(find("one"), "10.0.0.1:80") << first;
    }
    std::filesystem::remove(order_);
    EXPECT_EQ(find("one"), "10.0.0.1:80");
}

TEST_F(HostsFile, SeesAChangeAtOnce) {
    EXPECT_EQ(find("one"), "ask") << "there is no file";
    hosts("10.0.0.1 one\n");
    EXPECT_EQ(find("one"), "10.0.0.1:80");
    hosts("10.0.0.2 one\n");
    EXPECT_EQ(find("one"), "10.0.0.2:80");
}

TEST_F(HostsFile, ThatIsTooLongOrNoFileIsForTheResolver) {
    hosts("10.0.0.1 one\n" + std::string(std::size_t{64} * 1024, '#') + "\n");
    EXPECT_EQ(find("one"), "ask");
    std::filesystem::remove(hosts_);
    std::filesystem::create_directory(hosts_);
    EXPECT_EQ(find("one"), "ask");
}

}  // namespace
