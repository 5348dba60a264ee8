#pragma once

#include <cstddef>

namespace rota::inline v0::detail {

/// A node of one `intrusive_list` at a time. Its neighbours are null while it is in none.
class list_node {
public:
    list_node() = default;
    list_node(list_node const&) = delete;
    list_node(list_node&&) noexcept {}  // what is in no list may move, and stays in none
    list_node& operator=(list_node const&) = delete;

    bool linked() const noexcept { return next_ != nullptr; }

    /// Leaves the list it is in, in constant time and without knowing which one that is.
    void unlink() noexcept {
        prev_->next_ = next_;
        next_->prev_ = prev_;
        prev_ = next_ = nullptr;
    }

private:
    template <class T>
    friend class intrusive_list;

    list_node* prev_ = nullptr;
    list_node* next_ = nullptr;
};

/// A first in, first out list of objects that bring their own links: nothing is allocated, leaving is O(1).
/// `T` derives from `list_node`. The list owns nothing and must be empty when it dies.
template <class T>
class intrusive_list {
public:
    intrusive_list() noexcept { reset(); }
    intrusive_list(intrusive_list const&) = delete;
    intrusive_list& operator=(intrusive_list const&) = delete;

    bool empty() const noexcept { return root_.next_ == &root_; }

    T* front() noexcept { return empty() ? nullptr : static_cast<T*>(root_.next_); }
    T const* front() const noexcept { return empty() ? nullptr : static_cast<T const*>(root_.next_); }

    T* after(T& item) noexcept {
        list_node* next = static_cast<list_node&>(item).next_;
        return next == &root_ ? nullptr : static_cast<T*>(next);
    }
    T const* after(T const& item) const noexcept {
        list_node const* next = static_cast<list_node const&>(item).next_;
        return next == &root_ ? nullptr : static_cast<T const*>(next);
    }

    void push_back(T& item) noexcept { insert_before(root_, item); }
    void push_front(T& item) noexcept { insert_before(*root_.next_, item); }

    T* pop_front() noexcept {
        T* first = front();
        if (first) static_cast<list_node*>(first)->unlink();
        return first;
    }

    /// Takes all items of `other`, in their order, behind those already here.
    void splice_back(intrusive_list& other) noexcept {
        if (other.empty()) return;
        list_node* first = other.root_.next_;
        list_node* last = other.root_.prev_;
        first->prev_ = root_.prev_;
        root_.prev_->next_ = first;
        last->next_ = &root_;
        root_.prev_ = last;
        other.reset();
    }

private:
    void reset() noexcept { root_.prev_ = root_.next_ = &root_; }

    static void insert_before(list_node& place, list_node& node) noexcept {
        node.next_ = &place;
        node.prev_ = place.prev_;
        place.prev_->next_ = &node;
        place.prev_ = &node;
    }

    list_node root_;
};

}  // namespace rota::inline v0::detail
