#pragma once

#include <rota/detail/callback_node.hpp>

#include <utility>

namespace rota::inline v0::detail {

/// A counted reference to a callback node, or none: what a handle consists of. `Node` may be incomplete where it is not made
/// or followed.
template <class Node>
class node_ref {
public:
    node_ref() = default;
    explicit node_ref(Node& of) noexcept : node_(&of) { node_->add_reference(); }
    node_ref(node_ref const& other) noexcept : node_(other.node_) {
        if (node_) node_->add_reference();
    }
    node_ref(node_ref&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    node_ref& operator=(node_ref other) noexcept {
        std::swap(node_, other.node_);
        return *this;
    }
    ~node_ref() {
        if (node_) node_->drop_reference();
    }

    /// The maker's own reference, handed over.
    static node_ref adopt(Node& of) noexcept {
        node_ref made;
        made.node_ = &of;
        return made;
    }

    explicit operator bool() const noexcept { return node_ != nullptr; }
    Node* get() const noexcept { return static_cast<Node*>(node_); }
    Node& operator*() const noexcept { return *get(); }
    Node* operator->() const noexcept { return get(); }
    friend bool operator==(node_ref const& a, node_ref const& b) noexcept { return a.node_ == b.node_; }

private:
    callback_node* node_ = nullptr;
};

}  // namespace rota::inline v0::detail
