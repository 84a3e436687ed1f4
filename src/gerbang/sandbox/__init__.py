"""All simulators behind one port, with a control page, a fault catalogue and a journal that is fsynced before anybody is answered."""
