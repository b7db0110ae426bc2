"""What the functions of `heapq` are read as, written in Python: elements that are equal come out in the same order."""

from __future__ import annotations

from typing import Any


def heappush(heap: list[Any], item: Any) -> None:
    heap.append(item)
    _rise(heap, 0, len(heap) - 1)


def heappop(heap: list[Any]) -> Any:
    last = heap.pop()
    if not heap:
        return last
    least = heap[0]
    heap[0] = last
    _sink(heap, 0)
    return least


def heapreplace(heap: list[Any], item: Any) -> Any:
    least = heap[0]
    heap[0] = item
    _sink(heap, 0)
    return least


def heappushpop(heap: list[Any], item: Any) -> Any:
    if heap and heap[0] < item:
        least = heap[0]
        heap[0] = item
        _sink(heap, 0)
        return least
    return item


def heapify(heap: list[Any]) -> None:
    for k in reversed(range(len(heap) // 2)):
        _sink(heap, k)


def nlargest(n: int, values: Any, key: Any = None) -> list[Any]:
    return sorted(values, key=key, reverse=True)[:n]


def nsmallest(n: int, values: Any, key: Any = None) -> list[Any]:
    return sorted(values, key=key)[:n]


def _rise(heap: list[Any], top: int, place: int) -> None:
    """Move an element up while it is less than what is above it, though not past `top`."""
    item = heap[place]
    while place > top:
        above = (place - 1) // 2
        if not item < heap[above]:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = item


def _sink(heap: list[Any], top: int) -> None:
    """Let the lesser elements below a place move up until a leaf is free, and the element rise from there."""
    item = heap[top]
    place = top
    below = 2 * top + 1
    while below < len(heap):
        if below + 1 < len(heap) and not heap[below] < heap[below + 1]:
            below += 1
        heap[place] = heap[below]
        place = below
        below = 2 * place + 1
    heap[place] = item
    _rise(heap, top, place)
