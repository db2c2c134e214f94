// The data readers and analyses of l2g::compiled.
#include <l2g/data/dataset-inl.hpp>
#include <l2g/data/fasta-inl.hpp>
#include <l2g/data/letters-inl.hpp>
#include <l2g/data/line_reader-inl.hpp>
#include <l2g/data/load-inl.hpp>
#include <l2g/data/table-inl.hpp>
