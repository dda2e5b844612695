"""Writes a run into one HDF5 file that every flush leaves readable, and so does the end of the process.

Samples wait in memory, on the device where they were made, until a flush appends them as whole blocks;
snapshots are written at once. The samples of a layer share one scale `step`: whatever is added for a
layer at one step is one row, and a series that is missing in a row, or begins later, is NaN there.
Truth values are stored as uint8, bfloat16 and half as float32.

Room is reserved in the file system before HDF5 writes, because HDF5 cannot close a file for which
the disk was full. So a full disk is found while the file can still be closed, as failed.
"""



