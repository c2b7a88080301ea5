"""Words of Visual Basic that no argument may be called.

Excel on Windows reaches a function through a generated VBA module; one parameter of such a name
breaks the whole module, and nothing else reports it.

Source:
    Microsoft, [MS-VBAL] "VBA Language Specification", 3.3.5.2 Reserved Identifiers; the last
    line are names that xlwings' generated module uses itself.
"""

VBA_RESERVED = frozenset(
    """
    call case close const declare defbool defbyte defcur defdate defdbl defint deflng deflnglng
    deflngptr defobj defsng defstr defvar dim do else elseif end endif enum erase event exit for
    friend function get global gosub goto if implements input let lock loop lset next on open
    option print private public put raiseevent redim resume return rset seek select set static
    stop sub type unlock wend while with write rem
    any as byref byval each in new shared until withevents optional paramarray preserve spc tab
    then to addressof and eqv imp is like mod not or typeof xor
    abs cbool cbyte ccur cdate cdbl cdec cint clng clnglng clngptr csng cstr cvar cverr date debug
    doevents fix int len lenb me pset scale sgn string array circle inputb lbound ubound
    boolean byte currency double integer long longlong longptr single variant
    true false nothing empty null attribute lineinput cdecl decimal defdec
    caller k xlpy argsarray
    """.split()  # noqa: SIM905 - a list of 150 quoted words is no easier to read
)
