// Counts the heap calls of this program.
#include "train/heap.cpp"
