"""Export: all that a server would hand out, as a folder that any file host serves.

    Site ──► folder: documents with their policies inside, runtime by hash, compressed twins
         └─► hosts:  the same headers as the server's, in the words of file hosts that can send some

Nothing in the folder knows where it will lie: every address in it is relative.
"""

from __future__ import annotations

from belljar.export.folder import Exported, export

__all__ = ["Exported", "export"]
