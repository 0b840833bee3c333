"""What runs inside the interpreter of an example and writes down what it sees there.

It is loaded as `sitecustomize`, so the example itself is started by Python as always: same `__main__`,
same tracebacks, same exit codes. The rules of this package: it imports only what the interpreter has
loaded anyway (a file of the example may have the name of any other module), puts no frame of its own
on the example's stack, starts no thread, and leaves no trace in the environment of child processes.
"""
